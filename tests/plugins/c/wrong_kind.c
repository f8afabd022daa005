/* Mistake: completes an operation with the function for users.
 *
 * Why: copied from AuthzUser; the comment in Microsoft's sample names the wrong function at this very place.
 * In production: the host refuses the answer, and the operation is never answered.
 */
#define OWN_OPERATION
#include "plugin.h"

OPERATION { allow_user(sender, CONTEXT); }
