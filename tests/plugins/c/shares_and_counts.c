/* Legal: a user and the user's operations share one context, and the plug-in counts its reports.
 *
 * Unusual: the host gets the same pointer several times. "The plug-in manages reference counting for all calls."
 *
 * A count per report is right if the host releases each report. A host that releases a value once, however often it
 * was reported, leaves some counts behind; a context is then freed with its application.
 */
#define OWN_STARTUP
#define OWN_USER
#define OWN_OPERATION
#define OWN_RELEASE
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

#define USERS 1000
struct user {
    struct user *next;
    int reports;
};
struct application {
    struct user *newest[USERS];
    struct user *all;
};
static lock_t state = LOCK_INIT;

STARTUP {
    *pluginContext = calloc(1, sizeof(struct application));
    return NO_ERROR;
}

/* A completion that is refused leaves nothing behind: the count goes down again. */
static void reported(struct user *user, DWORD error) {
    if (!error) return;
    lock(&state);
    user->reports--;
    unlock(&state);
}

USER {
    struct application *application = pluginContext;
    struct user *user = calloc(1, sizeof *user);
    lock(&state);
    user->next = application->all;
    user->reports = 1;
    application->all = application->newest[user_number(sender) % USERS] = user;
    unlock(&state);
    reported(user, allow_user(sender, user));
}

OPERATION {
    struct application *application = pluginContext;
    lock(&state);
    struct user *user = application->newest[user_number(sender) % USERS];
    user->reports++;
    unlock(&state);
    reported(user, allow_operation(sender, user));
}

RELEASE {
    struct user *user = context;
    lock(&state);
    if (--user->reports < 0) abort(); /* released more often than reported */
    unlock(&state);
}

SHUTDOWN {
    struct application *application = pluginContext;
    while (application->all) {
        struct user *user = application->all;
        application->all = user->next;
        free(user);
    }
    free(application);
    return NO_ERROR;
}
