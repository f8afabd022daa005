/* Mistake: holds a lock while it completes, and takes the same lock in ReleaseContext.
 *
 * Why: the completion stands in the middle of a block that has to be locked, and no test ever released from inside it.
 * In production: the host releases the old context of a user as soon as the new one is reported: from inside the
 * completion. The thread waits for itself, and every other thread for it.
 */
#define OWN_USER
#define OWN_RELEASE
#include "platform.h"
#include "plugin.h"

static lock_t users = LOCK_INIT;
static int known;

USER {
    lock(&users);
    known++;
    allow_user(sender, CONTEXT);
    unlock(&users);
}

RELEASE {
    lock(&users);
    known--;
    unlock(&users);
}
