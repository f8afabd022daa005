/* Mistake: ReleaseContext waits until nobody uses the context, and it forgot to count somebody down.
 *
 * Why: a count of users is kept by hand; the path of a denied operation counts up and not down.
 * In production: the thread that expires idle users stops. No context is ever released again.
 */
#define OWN_OPERATION
#define OWN_RELEASE
#include "platform.h"
#include "plugin.h"

static lock_t state = LOCK_INIT;
static int users;

static int count(int change) {
    lock(&state);
    int now = users += change;
    unlock(&state);
    return now;
}

OPERATION {
    count(+1);
    if (ends_with(action, WIDE("/transfer/Delete"))) {
        deny_operation(sender, NULL);
        return;
    }
    allow_operation(sender, CONTEXT);
    count(-1);
}

RELEASE {
    while (count(0)) sleep_ms(1);
}
