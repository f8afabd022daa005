/* Mistake: the first Shutdown tears down what all applications of the process share.
 *
 * Why: one Startup, one Shutdown, in every test. But a process may host several applications on one DLL.
 * In production: when one web application is recycled, the users of the others hang until their time-out.
 */
#define OWN_STARTUP
#define OWN_USER
#define OWN_OPERATION
#define OWN_QUOTA
#define OWN_SHUTDOWN
#include "plugin.h"

static volatile int ready; /* the connection to the directory server, say */

STARTUP {
    ready = 1;
    return NO_ERROR;
}

USER {
    if (ready) allow_user(sender, CONTEXT);
}

OPERATION {
    if (ready) allow_operation(sender, CONTEXT);
}

QUOTA {
    if (ready) answer_quota(sender);
}

SHUTDOWN {
    ready = 0;
    return NO_ERROR;
}
