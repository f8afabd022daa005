/* Mistake: passes flags to the completion.
 *
 * Why: "1 marks a final answer", in other interfaces of the same header. Here flags are reserved and must be zero.
 * In production: the host refuses the answer with ERROR_INVALID_PARAMETER, nobody looks at that, and the client hangs.
 */
#define OWN_OPERATION
#include "plugin.h"

OPERATION { WSManPluginAuthzOperationComplete(sender, 1, CONTEXT, NO_ERROR, NULL); }
