/* Mistake: completes an operation twice.
 *
 * Why: the denial at the end was meant for whoever was not allowed before; the `return` after the yes is missing.
 * In production: the second answer goes to a request that is over. By then its address may belong to somebody else's
 * request, which is denied, or let in, with an answer that was never meant for it.
 */
#define OWN_OPERATION
#include "plugin.h"

OPERATION {
    if (user_number(sender) != 7) allow_operation(sender, CONTEXT);
    deny_operation(sender, WIDE("Not for you."));
}
