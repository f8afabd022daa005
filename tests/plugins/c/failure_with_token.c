/* Mistake: passes the client's token together with a denial.
 *
 * Why: one call at the end for yes and no; only the error code differs.
 * In production: a host that closes what it was given closes the client's token; one that does not look at the error
 * code first goes on as the client.
 */
#define OWN_USER
#include "plugin.h"

USER {
    DWORD error = user_number(sender) % 5 == 0 ? ERROR_ACCESS_DENIED : NO_ERROR;
    WSManPluginAuthzUserComplete(sender, 0, NULL, sender->clientToken, 0, error, NULL);
}
