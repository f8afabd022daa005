/* Mistake: redirects without saying where to.
 *
 * Why: the page says that the URL "should be recorded" in the error text; the author took it for optional.
 * In production: the client gets an HTTP redirect without a location and gives up with an error nobody understands.
 */
#define OWN_USER
#include "plugin.h"

USER {
    if (user_number(sender) % 5 == 0)
        WSManPluginAuthzUserComplete(sender, 0, NULL, NULL, 0, REDIRECT, NULL);
    else
        allow_user(sender, CONTEXT);
}
