/* Mistake: cuts the domain off the user's name in place.
 *
 * Why: an old habit with strings; the pointer is const, and a cast makes it fit.
 * In production: the memory is the host's. It may be read-only, or shared: then the host goes on with a user who has
 * no domain, which may be another user.
 */
#define OWN_USER
#include "plugin.h"

USER {
    WCHAR *name = (WCHAR *)sender->senderName;
    for (size_t at = 0; name[at]; at++)
        if (name[at] == '\\') name[at] = 0;
    allow_user(sender, CONTEXT);
}
