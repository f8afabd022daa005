/* Mistake: a user and the user's operations share one context, which each release frees.
 *
 * Why: "the host releases the context", so it can be freed. The page says more: the plug-in counts.
 * In production: the second release frees memory that is free, or somebody else's by now. The process dies there, or
 * later, anywhere.
 */
#define OWN_USER
#define OWN_OPERATION
#define OWN_RELEASE
#include "platform.h"
#include "plugin.h"

#define USERS 1000
static lock_t state = LOCK_INIT;
static PVOID contexts[USERS];

static PVOID *context_of(SENDER *sender) { return &contexts[user_number(sender) % USERS]; }

USER {
    PVOID context = malloc(48);
    lock(&state);
    *context_of(sender) = context;
    unlock(&state);
    allow_user(sender, context);
}

OPERATION {
    lock(&state);
    PVOID context = *context_of(sender);
    unlock(&state);
    allow_operation(sender, context);
}

RELEASE { free(context); }
