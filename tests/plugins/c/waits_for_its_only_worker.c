/* Mistake: one worker thread makes all decisions, and each entry point waits for it.
 *
 * Why: the policy is not safe for threads, so everything goes through one of them.
 * In production: a host that goes on from inside the completion asks the next question on the worker's own stack. The
 * worker waits for itself.
 */
#define OWN_STARTUP
#define OWN_USER
#define OWN_OPERATION
#define OWN_QUOTA
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

static lock_t state = LOCK_INIT;
static signal_t news = SIGNAL_INIT;
static SENDER *task; /* what the worker is to answer, and how */
static DWORD (*answer)(SENDER *);
static int applications, busy;
static thread_t worker;

static void work(void *nothing) {
    lock(&state);
    while (applications) {
        SENDER *sender = task;
        task = NULL;
        if (!sender) {
            wait_for(&news, &state);
            continue;
        }
        unlock(&state);
        answer(sender);
        lock(&state);
        busy = 0;
        notify(&news);
    }
    unlock(&state);
}

static void submit(SENDER *sender, DWORD (*how)(SENDER *)) {
    lock(&state);
    while (busy) wait_for(&news, &state);
    busy = 1;
    task = sender;
    answer = how;
    notify(&news);
    while (task == sender) wait_for(&news, &state);
    unlock(&state);
}

static DWORD yes_user(SENDER *sender) { return allow_user(sender, CONTEXT); }
static DWORD yes_operation(SENDER *sender) { return allow_operation(sender, CONTEXT); }

USER { submit(sender, yes_user); }
OPERATION { submit(sender, yes_operation); }
QUOTA { submit(sender, answer_quota); }

STARTUP {
    lock(&state);
    if (applications++ == 0) worker = start_thread(work, NULL);
    unlock(&state);
    return NO_ERROR;
}

SHUTDOWN {
    lock(&state);
    while (busy) wait_for(&news, &state);
    int last = --applications == 0;
    notify(&news);
    unlock(&state);
    if (last) join_thread(worker);
    return NO_ERROR;
}
