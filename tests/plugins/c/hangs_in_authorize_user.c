/* Mistake: waits for a directory server without a time limit.
 *
 * Why: the function of the server's library has one, and its default is "for ever".
 * In production: a thread of the host is gone with each new user, until none is left.
 */
#define OWN_USER
#include "platform.h"
#include "plugin.h"

static volatile int answered;

USER {
    while (user_number(sender) % 5 == 0 && !answered) sleep_ms(10);
    allow_user(sender, CONTEXT);
}
