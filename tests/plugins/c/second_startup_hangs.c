/* Mistake: Startup takes a lock for the whole process and keeps it until Shutdown.
 *
 * Why: it guards the log file against a second process. A second application in the same process was not thought of.
 * In production: the second web application of the worker process never starts.
 */
#define OWN_STARTUP
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

static lock_t log_file = LOCK_INIT;

STARTUP {
    lock(&log_file);
    return NO_ERROR;
}

SHUTDOWN {
    unlock(&log_file);
    return NO_ERROR;
}
