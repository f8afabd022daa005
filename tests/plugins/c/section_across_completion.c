/* Mistake: holds a CRITICAL_SECTION while it completes.
 *
 * Why: "a critical section may be entered twice by its thread", so a release from inside the completion does no harm.
 * In production: the host may release on another thread and wait for that before the completion returns.
 */
#define OWN_STARTUP
#define OWN_USER
#define OWN_RELEASE
#include "platform.h"
#include "plugin.h"

static section_t users;
static int known;

STARTUP {
    static int made;
    if (!made++) make_section(&users);
    return NO_ERROR;
}

USER {
    enter(&users);
    known++;
    allow_user(sender, CONTEXT);
    leave(&users);
}

RELEASE {
    enter(&users);
    known--;
    leave(&users);
}
