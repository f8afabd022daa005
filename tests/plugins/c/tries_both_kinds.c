/* Mistake: one helper for all answers, which tries the function for users first and the one for operations next.
 *
 * Why: the helper does not know the kind of the request, and the return value seems to tell.
 * In production: rests on the host refusing an answer of the wrong kind. One that takes it has let a user in, with a
 * context that stands for an operation.
 */
#define OWN_USER
#define OWN_OPERATION
#include "plugin.h"

static void allow(SENDER *sender) {
    PVOID token = sender->clientToken;
    if (WSManPluginAuthzUserComplete(sender, 0, CONTEXT, token, 0, NO_ERROR, NULL) != NO_ERROR)
        allow_operation(sender, CONTEXT);
}

USER { allow_user(sender, CONTEXT); }
OPERATION { allow(sender); }
