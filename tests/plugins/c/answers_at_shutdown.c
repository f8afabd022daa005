/* Legal: now and then a request waits for somebody who must agree. Nobody does; Shutdown denies all that still wait.
 *
 * Unusual: an answer may come as late as that. Requests in flight may be completed until Shutdown returns.
 */
#define OWN_STARTUP
#define OWN_OPERATION
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

#define ROOM 4
struct waiting {
    SENDER *open[ROOM];
    int count;
};
static lock_t state = LOCK_INIT;

STARTUP {
    *pluginContext = calloc(1, sizeof(struct waiting));
    return NO_ERROR;
}

OPERATION {
    struct waiting *waiting = pluginContext;
    lock(&state);
    int waits = ends_with(action, WIDE("/transfer/Delete")) && waiting->count < ROOM;
    if (waits) waiting->open[waiting->count++] = sender;
    unlock(&state);
    if (!waits) allow_operation(sender, CONTEXT);
}

SHUTDOWN {
    struct waiting *waiting = pluginContext;
    for (int at = 0; at < waiting->count; at++) deny_operation(waiting->open[at], WIDE("Nobody agreed in time."));
    free(waiting);
    return NO_ERROR;
}
