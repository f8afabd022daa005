/* Mistake: the answer and its deadline both complete the request.
 *
 * Why: a thread was added that says no when the directory server is slow, and nothing records who was first.
 * In production: under load, when the server is slow indeed, every slow request is answered twice.
 */
#define OWN_USER
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

static lock_t state = LOCK_INIT;
static signal_t ended = SIGNAL_INIT;
static int waiting;

static void deadline(void *sender) {
    sleep_ms(2);
    deny_user(sender, WIDE("The directory server does not answer."));
    lock(&state);
    waiting--;
    notify(&ended);
    unlock(&state);
}

USER {
    int slow = user_number(sender) % 4 == 0;
    if (slow) {
        lock(&state);
        waiting++;
        unlock(&state);
        forget_thread(start_thread(deadline, sender));
        sleep_ms(4);
    }
    WSManPluginAuthzUserComplete(sender, 0, CONTEXT, NULL, 0, NO_ERROR, NULL);
}

SHUTDOWN {
    lock(&state);
    while (waiting) wait_for(&ended, &state);
    unlock(&state);
    return NO_ERROR;
}
