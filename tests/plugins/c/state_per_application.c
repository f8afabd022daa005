/* Legal: each application has a context of its own, with its own lock, made by Startup and freed by Shutdown.
 *
 * Unusual: every entry point but the release gets it back. Here its first word must be right, or the process ends.
 */
#define OWN_STARTUP
#define OWN_USER
#define OWN_OPERATION
#define OWN_QUOTA
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

#define ALIVE 0x41757468
struct application {
    unsigned mark;
    lock_t lock;
    unsigned long asked;
};

static void count(struct application *application) {
    if (application->mark != ALIVE) abort();
    lock(&application->lock);
    application->asked++;
    unlock(&application->lock);
}

STARTUP {
    struct application fresh = {ALIVE, LOCK_INIT, 0};
    *pluginContext = malloc(sizeof fresh);
    memcpy(*pluginContext, &fresh, sizeof fresh);
    return NO_ERROR;
}

USER {
    count(pluginContext);
    allow_user(sender, pluginContext);
}

OPERATION {
    count(pluginContext);
    allow_operation(sender, pluginContext);
}

QUOTA {
    count(pluginContext);
    answer_quota(sender);
}

SHUTDOWN {
    struct application *application = pluginContext;
    count(application);
    application->mark = 0;
    free(application);
    return NO_ERROR;
}
