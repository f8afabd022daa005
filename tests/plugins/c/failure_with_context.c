/* Mistake: passes a context together with a denial.
 *
 * Why: the context is made before the decision, and one call at the end reports both.
 * In production: the pages do not say whether the host releases such a context. If it does not, each denial leaks; if
 * the plug-in frees it itself and the host releases it too, it is freed twice.
 */
#define OWN_USER
#include "plugin.h"

USER {
    DWORD error = user_number(sender) % 5 == 0 ? ERROR_ACCESS_DENIED : NO_ERROR;
    PVOID token = error == NO_ERROR ? sender->clientToken : NULL;
    WSManPluginAuthzUserComplete(sender, 0, CONTEXT, token, 0, error, NULL);
}
