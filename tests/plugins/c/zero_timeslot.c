/* Mistake: a quota with a time slot of zero seconds.
 *
 * Why: "zero means that nothing is throttled".
 * In production: the meaning of zero is nowhere written. A host that computes operations per second divides by it.
 */
#define OWN_QUOTA
#include "plugin.h"

QUOTA {
    WSMAN_AUTHZ_QUOTA quota = {5, 15, 0, 0};
    WSManPluginAuthzQueryQuotaComplete(sender, 0, &quota, NO_ERROR, NULL);
}
