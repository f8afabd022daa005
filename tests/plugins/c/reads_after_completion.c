/* Mistake: reads the user's name after the completion, for the log.
 *
 * Why: the line for the log stands at the end of the function, where the result is known.
 * In production: the host may have freed the memory. Mostly the name is still there; sometimes it is somebody else's;
 * now and then the process dies.
 */
#define OWN_USER
#include "plugin.h"

static WCHAR last_user[64];

USER {
    allow_user(sender, CONTEXT);
    size_t units = length(sender->senderName);
    memcpy(last_user, sender->senderName, sizeof(WCHAR) * (units < 63 ? units : 63));
}
