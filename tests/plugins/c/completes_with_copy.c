/* Mistake: copies senderDetails, as is right, and then completes with the address of the copy.
 *
 * Why: the author read that the structure must not be used later, and that its contents say who is asking.
 * In production: the host looks for the address, finds no such request and refuses with ERROR_INVALID_PARAMETER; a
 * host that does not look corrupts its memory. The request itself is never answered.
 */
#define OWN_OPERATION
#include "plugin.h"

OPERATION {
    SENDER copy = *sender;
    allow_operation(&copy, CONTEXT);
}
