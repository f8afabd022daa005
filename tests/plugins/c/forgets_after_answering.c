/* Mistake: a table of open requests, keyed by the senderDetails pointer, from which a request is taken *after* it was
 * completed.
 *
 * Why: "answer, write the log, clean up". But from the completion on the pointer may be the next request's: that one finds its
 * entry in the table already, and it is then removed together with the old one's.
 * In production: once in a while, and only on a host that reuses the memory soon, a request is never answered.
 */
#define OWN_STARTUP
#define OWN_OPERATION
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

#define ROOM 256
static lock_t state = LOCK_INIT;
static signal_t news = SIGNAL_INIT;
static SENDER *table[ROOM];
static int applications;
static thread_t worker;

static SENDER **find(SENDER *sender) {
    int at = 0;
    while (at < ROOM && table[at] != sender) at++;
    return at < ROOM ? &table[at] : NULL;
}

static SENDER **oldest(void) {
    int at = 0;
    while (at < ROOM && !table[at]) at++;
    return at < ROOM ? &table[at] : NULL;
}

static void work(void *nothing) {
    lock(&state);
    while (applications || oldest()) {
        SENDER **entry = oldest();
        if (!entry) {
            wait_for(&news, &state);
            continue;
        }
        SENDER *sender = *entry;
        unlock(&state);
        allow_operation(sender, CONTEXT);
        sleep_ms(1); /* the log */
        lock(&state);
        *entry = NULL;
        notify(&news);
    }
    unlock(&state);
}

OPERATION {
    lock(&state);
    if (!find(sender)) *find(NULL) = sender;
    notify(&news);
    unlock(&state);
}

STARTUP {
    lock(&state);
    if (applications++ == 0) worker = start_thread(work, NULL);
    unlock(&state);
    return NO_ERROR;
}

SHUTDOWN {
    lock(&state);
    while (oldest()) wait_for(&news, &state);
    int last = --applications == 0;
    notify(&news);
    unlock(&state);
    if (last) join_thread(worker);
    return NO_ERROR;
}
