/* Mistake: an assertion about what the host passes.
 *
 * Why: the list of actions in the documentation looks complete, and the release build was made without NDEBUG.
 * In production: a client that asks for an unusual action ends the worker process.
 */
#undef NDEBUG
#define OWN_OPERATION
#include "plugin.h"
#include <assert.h>

OPERATION {
    assert(!ends_with(action, WIDE("/printer/Pause")));
    allow_operation(sender, CONTEXT);
}
