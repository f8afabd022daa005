/* Legal: serves one application and says no to the Startup of a second. After the first one's Shutdown another may
 * start.
 *
 * Unusual: most plug-ins do not count.
 */
#define OWN_STARTUP
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

static lock_t state = LOCK_INIT;
static int started;

STARTUP {
    lock(&state);
    int first = !started;
    started = 1;
    unlock(&state);
    return first ? NO_ERROR : 50;
}

SHUTDOWN {
    lock(&state);
    if (!started) abort(); /* Shutdown without a Startup that succeeded */
    started = 0;
    unlock(&state);
    return NO_ERROR;
}
