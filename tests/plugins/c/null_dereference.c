/* Mistake: looks a user up and uses the result without a check.
 *
 * Why: everybody was in the table when it was tested.
 * In production: the first stranger ends the worker process, and with it the sessions of everybody.
 */
#define OWN_OPERATION
#include "plugin.h"

struct role {
    int filler[4];
    int may_delete;
};
static struct role administrator = {{0}, 1};

static struct role *role_of(unsigned number) { return number % 10 ? &administrator : NULL; }

OPERATION {
    if (role_of(user_number(sender))->may_delete)
        allow_operation(sender, CONTEXT);
    else
        deny_operation(sender, NULL);
}
