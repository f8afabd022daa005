/* Mistake: only users who are let in are answered.
 *
 * Why: "no answer is a no". It is not: the host knows of the decision only what it is told.
 * In production: clients who may not come in do not get an error but hang until their time-out, and their requests
 * stay open in the host.
 */
#define OWN_USER
#include "plugin.h"

USER {
    if (user_number(sender) % 5 != 0) allow_user(sender, CONTEXT);
}
