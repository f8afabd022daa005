/* Mistake: redirects to a path instead of an absolute URL.
 *
 * Why: web servers accept both, so it must do.
 * In production: clients of WS-Management open a new session to the text they were given. A path is no address.
 */
#define OWN_USER
#include "plugin.h"

USER {
    if (user_number(sender) % 5 == 0)
        WSManPluginAuthzUserComplete(sender, 0, NULL, NULL, 0, REDIRECT, WIDE("/wsman?site=b"));
    else
        allow_user(sender, CONTEXT);
}
