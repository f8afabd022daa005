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
static signal_t answered = SIGNAL_INIT;
static SENDER *next;
static int answering; /* requests that were taken and are not answered yet */

static SENDER *swap(SENDER *sender) {
    lock(&state);
    SENDER *before = next;
    next = sender;
    if (before) answering++;
    unlock(&state);
    return before;
}

static void allow(SENDER *waiting) {
    if (!waiting) return;
    allow_operation(waiting, CONTEXT);
    lock(&state);
    answering--;
    notify(&answered);
    unlock(&state);
}

OPERATION { allow(swap(sender)); }

RELEASE { allow(swap(NULL)); }

SHUTDOWN {
    allow(swap(NULL));
    lock(&state);
    while (answering) wait_for(&answered, &state);
    unlock(&state);
    return NO_ERROR;
}
