/* Mistake: a thread of the plug-in's own follows a NULL pointer.
 *
 * Why: it reads a table anew now and then, and for a moment there is none.
 * In production: the worker process dies at a time when nobody asked for anything.
 */
#define OWN_STARTUP
#include "platform.h"
#include "plugin.h"

static int *volatile table;

static void read_table(void *nothing) {
    sleep_ms(5);
    *table = 1;
}

STARTUP {
    static int started;
    if (!started++) forget_thread(start_thread(read_table, NULL));
    return NO_ERROR;
}
