/* Legal: denies every third user with a text, sends every seventh elsewhere, denies deletions with other error codes,
 * and fails quota queries of some.
 *
 * Unusual: most plug-ins know one error code. A text or an error of any kind is allowed; a context with it is not.
 */
#define OWN_USER
#define OWN_OPERATION
#define OWN_QUOTA
#include "plugin.h"

USER {
    unsigned number = user_number(sender);
    if (number % 3 == 0)
        deny_user(sender, WIDE("<reason>Not on the list.</reason>"));
    else if (number % 7 == 0)
        WSManPluginAuthzUserComplete(sender, 0, NULL, NULL, 0, REDIRECT, WIDE("https://other.example:5986/wsman"));
    else
        allow_user(sender, CONTEXT);
}

OPERATION {
    int deletes = ends_with(action, WIDE("/Delete"));
    DWORD error = deletes ? 0x8009030Cu + user_number(sender) : NO_ERROR;
    WSManPluginAuthzOperationComplete(sender, 0, deletes ? NULL : CONTEXT, error, deletes ? WIDE("No.") : NULL);
}

QUOTA {
    if (user_number(sender) % 2)
        answer_quota(sender);
    else
        WSManPluginAuthzQueryQuotaComplete(sender, 0, NULL, 50, WIDE("No quota for you."));
}
