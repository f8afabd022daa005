/* Legal: a pool of four threads answers, the newest request first, after the entry point has returned. Shutdown ends
 * the pool when the last application goes, and waits for the application's own requests before.
 *
 * Unusual: answers in any order, on threads that the host does not know.
 */
#define OWN_STARTUP
#define OWN_USER
#define OWN_OPERATION
#define OWN_QUOTA
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

#define WORKERS 4
struct task {
    struct task *older;
    DWORD (*answer)(SENDER *);
    SENDER *sender;
    int *open;
};
static lock_t state = LOCK_INIT;
static signal_t news = SIGNAL_INIT;
static struct task *newest;
static thread_t workers[WORKERS];
static int applications;

static void work(void *nothing) {
    lock(&state);
    while (applications) {
        struct task *task = newest;
        if (!task) {
            wait_for(&news, &state);
            continue;
        }
        newest = task->older;
        unlock(&state);
        task->answer(task->sender);
        lock(&state);
        --*task->open;
        notify(&news);
        free(task);
    }
    unlock(&state);
}

static void submit(int *open, SENDER *sender, DWORD (*answer)(SENDER *)) {
    struct task *task = malloc(sizeof *task);
    lock(&state);
    *task = (struct task){newest, answer, sender, open};
    newest = task;
    ++*open;
    notify(&news);
    unlock(&state);
}

static DWORD yes_user(SENDER *sender) { return allow_user(sender, CONTEXT); }
static DWORD yes_operation(SENDER *sender) { return allow_operation(sender, CONTEXT); }

USER { submit(pluginContext, sender, yes_user); }
OPERATION { submit(pluginContext, sender, yes_operation); }
QUOTA { submit(pluginContext, sender, answer_quota); }

STARTUP {
    *pluginContext = calloc(1, sizeof(int));
    lock(&state);
    if (applications++ == 0)
        for (int at = 0; at < WORKERS; at++) workers[at] = start_thread(work, NULL);
    unlock(&state);
    return NO_ERROR;
}

SHUTDOWN {
    int *open = pluginContext;
    lock(&state);
    while (*open) wait_for(&news, &state);
    int last = --applications == 0;
    notify(&news);
    unlock(&state);
    if (last)
        for (int at = 0; at < WORKERS; at++) join_thread(workers[at]);
    free(open);
    return NO_ERROR;
}
