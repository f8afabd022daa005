/* Mistake: completes with NULL for senderDetails first, and properly when that is refused.
 *
 * Why: a common helper for answers in which the parameter is optional, as many are in this header.
 * In production: one refused call for each request. A host that takes the first answer for the thread's current
 * request, as the author hoped, is not documented.
 */
#define OWN_OPERATION
#include "plugin.h"

OPERATION {
    if (WSManPluginAuthzOperationComplete(NULL, 0, CONTEXT, NO_ERROR, NULL) != NO_ERROR)
        allow_operation(sender, CONTEXT);
}
