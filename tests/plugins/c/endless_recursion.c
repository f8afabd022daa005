/* Mistake: a recursion without an end.
 *
 * Why: groups are members of groups; that one may be a member of itself, by way of others, was not thought of.
 * In production: the stack of one thread overflows, and the worker process is gone.
 */
#define OWN_OPERATION
#include "plugin.h"

static volatile unsigned looked_up;

/* Group n is a member of group n + 2; there are ten. */
static unsigned distance(unsigned user, unsigned group) {
    volatile char name[512] = {0};
    looked_up += name[group];
    if (group == user) return 0;
    return 1 + distance(user, (group + 2) % 10) + name[0];
}

OPERATION {
    if (distance(user_number(sender) % 10, 1) < 4)
        allow_operation(sender, CONTEXT);
    else
        deny_operation(sender, NULL);
}
