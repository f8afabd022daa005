/* Mistake: a table is taken away while several threads read it, and all of them die at once.
 *
 * Why: a second thread reloads the configuration, and the author knows that a pointer is written in one piece.
 * In production: the worker process dies when the configuration changes under load, and the dump shows more than one
 * thread at fault.
 */
#define OWN_STARTUP
#define OWN_OPERATION
#include "platform.h"
#include "plugin.h"

/* So many readers are looked for when the table goes, and for so long. */
#define READERS 2
#define PATIENCE_MS 500

static int entry = 1;
static int *volatile table = &entry;
static int readers;
static lock_t counting = LOCK_INIT;

static int count(int more) {
    lock(&counting);
    int now = readers += more;
    unlock(&counting);
    return now;
}

static void reload(void *nothing) {
    for (int waited = 0; count(0) < READERS && waited < PATIENCE_MS; waited++) sleep_ms(1);
    table = NULL;
}

STARTUP {
    static int started;
    if (!started++) forget_thread(start_thread(reload, NULL));
    return NO_ERROR;
}

OPERATION {
    long sum = 0;
    count(1);
    for (long look = 0; look < 20000000; look++) sum += *table;
    count(-1);
    allow_operation(sender, sum > 0 ? CONTEXT : NULL);
}
