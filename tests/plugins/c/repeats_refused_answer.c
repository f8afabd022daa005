/* Mistake: repeats a completion that the host refused.
 *
 * Why: "it returned an error, so it was not taken; try again". But the host may refuse an answer because it gave the
 * request up, and then the request is over.
 * In production: works until the first request times out; from then on the answers hit requests of others.
 */
#define OWN_OPERATION
#include "plugin.h"

OPERATION {
    for (int attempt = 0; attempt < 3; attempt++)
        if (allow_operation(sender, CONTEXT) == NO_ERROR) return;
}
