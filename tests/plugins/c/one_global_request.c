/* Mistake: keeps *the* request in a global variable while it looks the user up.
 *
 * Why: the function that ends the look-up has no parameter for it, and in every test there was one request at a time.
 * In production: two requests at the same time, and one is answered twice, the other never.
 */
#define OWN_OPERATION
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

static lock_t state = LOCK_INIT;
static signal_t answered = SIGNAL_INIT;
static SENDER *current;
static int answering; /* calls of all applications that have not answered yet */

static void look_up_ended(void) {
    lock(&state);
    SENDER *sender = current;
    unlock(&state);
    allow_operation(sender, CONTEXT);
}

OPERATION {
    lock(&state);
    answering++;
    current = sender;
    unlock(&state);
    sleep_ms(1);
    look_up_ended();
    lock(&state);
    answering--;
    notify(&answered);
    unlock(&state);
}

SHUTDOWN {
    lock(&state);
    while (answering) wait_for(&answered, &state);
    unlock(&state);
    return NO_ERROR;
}
