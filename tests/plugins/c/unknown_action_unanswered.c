/* Mistake: an action that the author did not think of is not answered.
 *
 * Why: a chain of comparisons without a last `else`. The list of the documentation looks complete, but each method of
 * each resource may have an action of its own.
 * In production: the client of the first unusual request waits until it gives up; a thread or a slot is gone each time.
 */
#define OWN_OPERATION
#include "plugin.h"

OPERATION {
    if (ends_with(action, WIDE("/transfer/Get")) || ends_with(action, WIDE("/transfer/Put")) ||
        ends_with(action, WIDE("/transfer/Create")) || ends_with(action, WIDE("/transfer/Delete")) ||
        ends_with(action, WIDE("/enumeration/Enumerate")) || ends_with(action, WIDE("/eventing/Subscribe")))
        allow_operation(sender, CONTEXT);
    else if (ends_with(action, WIDE("/shell/Command")))
        deny_operation(sender, WIDE("No commands."));
}
