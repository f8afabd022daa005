/* Mistake: completes a request from inside ReleaseContext.
 *
 * Why: one operation at a time is allowed to use a licence; when its context is released, the next one may go on.
 * In production: the host may hold its own locks while it releases. The completion waits for one of them, for ever.
 */
#define OWN_OPERATION
#define OWN_RELEASE
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

static lock_t state = LOCK_INIT;
static SENDER *next;

static SENDER *swap(SENDER *sender) {
    lock(&state);
    SENDER *before = next;
    next = sender;
    unlock(&state);
    return before;
}

OPERATION {
    SENDER *waiting = swap(sender);
    if (waiting) allow_operation(waiting, CONTEXT);
}

RELEASE {
    SENDER *waiting = swap(NULL);
    if (waiting) allow_operation(waiting, CONTEXT);
}

SHUTDOWN {
    SENDER *waiting = swap(NULL);
    if (waiting) deny_operation(waiting, NULL);
    return NO_ERROR;
}
