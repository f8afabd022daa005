/* Mistake: collects requests and answers them in batches of three; the last batch is never full.
 *
 * Why: one query of the directory server for several users is cheaper than several queries.
 * In production: works in a load test, where there is always a next request. At night single users hang.
 */
#define OWN_STARTUP
#define OWN_OPERATION
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

#define FULL 3
struct batch {
    SENDER *open[FULL];
    int count;
};
static lock_t state = LOCK_INIT;

STARTUP {
    *pluginContext = calloc(1, sizeof(struct batch));
    return NO_ERROR;
}

OPERATION {
    struct batch *batch = pluginContext, full = {0};
    lock(&state);
    batch->open[batch->count++] = sender;
    if (batch->count == FULL) full = *batch, batch->count = 0;
    unlock(&state);
    for (int at = 0; at < full.count; at++) allow_operation(full.open[at], CONTEXT);
}

SHUTDOWN {
    free(pluginContext);
    return NO_ERROR;
}
