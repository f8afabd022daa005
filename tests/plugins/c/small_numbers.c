/* Legal: contexts are small numbers, a new one for each report, and now and then none.
 *
 * Unusual: they look like pointers into the first page. The host never follows them.
 */
#define OWN_USER
#define OWN_OPERATION
#include "platform.h"
#include "plugin.h"

static lock_t state = LOCK_INIT;
static uintptr_t last;

static PVOID next(void) {
    lock(&state);
    uintptr_t number = ++last;
    unlock(&state);
    return number % 5 ? (PVOID)number : NULL;
}

USER { allow_user(sender, next()); }
OPERATION { allow_operation(sender, next()); }
