/* Mistake: reads certificateDetails without a look at the mechanism.
 *
 * Why: it was NULL for all other users in every test, so a check for NULL seemed to be enough. The page says that it
 * is valid only for ClientCertificate, and not what it is otherwise.
 * In production: a wild pointer in the process that guards the door.
 */
#define OWN_USER
#include "plugin.h"

USER {
    int unknown = sender->certificateDetails && !length(sender->certificateDetails->subject);
    if (unknown)
        deny_user(sender, NULL);
    else
        allow_user(sender, CONTEXT);
}
