/* Mistake: Shutdown tells the worker to end and does not wait for it. The worker first denies what is still open.
 *
 * Why: waiting in Shutdown felt wrong, "the worker ends soon by itself".
 * In production: at a restart of the application the completions arrive when the host has forgotten the requests, or
 * the worker returns into a library that is gone.
 */
#define OWN_STARTUP
#define OWN_OPERATION
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

static lock_t state = LOCK_INIT;

struct application {
    SENDER *waiting; /* for a second opinion that never comes */
};

STARTUP {
    *pluginContext = calloc(1, sizeof(struct application));
    if (!*pluginContext) abort();
    return NO_ERROR;
}

OPERATION {
    struct application *application = pluginContext;
    lock(&state);
    int kept = !application->waiting;
    if (kept) application->waiting = sender;
    unlock(&state);
    if (!kept) allow_operation(sender, CONTEXT);
}

static void end(void *sender) {
    sleep_ms(4);
    deny_operation(sender, WIDE("We are closing."));
}

SHUTDOWN {
    struct application *application = pluginContext;
    lock(&state);
    SENDER *left = application->waiting;
    unlock(&state);
    free(application);
    if (left) forget_thread(start_thread(end, left));
    return NO_ERROR;
}
