/* Mistake: a thread of the plug-in still runs when Shutdown returns.
 *
 * Why: a watcher of the configuration file, an endless loop; nobody thought of its end.
 * In production: the host unloads the library after the last Shutdown. The thread wakes up in code that is gone, and
 * the worker process dies, in a stack that names no library.
 */
#define OWN_STARTUP
#include "platform.h"
#include "plugin.h"

static volatile unsigned looks;

static void watch(void *nothing) {
    for (;;) {
        looks++;
        sleep_ms(10);
    }
}

STARTUP {
    static int started;
    if (!started++) forget_thread(start_thread(watch, NULL));
    return NO_ERROR;
}
