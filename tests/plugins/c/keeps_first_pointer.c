/* Mistake: keeps the senderDetails pointer of each user's first operation and completes the later ones with it.
 *
 * Why: "senderDetails identifies the user", so a pointer that is kept with the user looks as good as the new one. It
 * identifies the request.
 * In production: works as long as the host reuses the memory for the same user's next request; then it answers
 * requests that are over, and those that are open hang.
 */
#define OWN_STARTUP
#define OWN_OPERATION
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

#define USERS 1000
static lock_t state = LOCK_INIT;

STARTUP {
    *pluginContext = calloc(USERS, sizeof(SENDER *));
    return NO_ERROR;
}

OPERATION {
    SENDER **kept = (SENDER **)pluginContext + user_number(sender) % USERS;
    lock(&state);
    if (!*kept) *kept = sender;
    sender = *kept;
    unlock(&state);
    allow_operation(sender, CONTEXT);
}

SHUTDOWN {
    free(pluginContext);
    return NO_ERROR;
}
