/* Legal: never reports a context. A yes needs none; nothing is then ever released.
 *
 * Unusual: most plug-ins report at least the user's.
 */
#define OWN_USER
#define OWN_OPERATION
#define OWN_RELEASE
#include "plugin.h"

USER { allow_user(sender, NULL); }
OPERATION { allow_operation(sender, NULL); }
RELEASE { abort(); /* there is nothing to release */ }
