/* Mistake: Shutdown waits for a thread that nobody told to end.
 *
 * Why: "all threads must have ended", says the page, so it joins them; the flag is set after that.
 * In production: the worker process cannot be recycled and is killed after minutes.
 */
#define OWN_STARTUP
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

static volatile int ending;
static thread_t watcher;

static void watch(void *nothing) {
    while (!ending) sleep_ms(10);
}

STARTUP {
    static int started;
    if (!started++) watcher = start_thread(watch, NULL);
    return NO_ERROR;
}

SHUTDOWN {
    join_thread(watcher);
    ending = 1;
    return NO_ERROR;
}
