/* Mistake: calls exit when something is wrong with its configuration.
 *
 * Why: the policy was a program of its own before it became a library.
 * In production: the whole worker process ends, without a crash report, because nothing crashed.
 */
#define OWN_OPERATION
#include "plugin.h"

OPERATION {
    if (user_number(sender) % 10 == 0) exit(3);
    allow_operation(sender, CONTEXT);
}
