/* Mistake: answers a quota query with success and no quota.
 *
 * Why: "NULL means no limit".
 * In production: the one answer that is refused and counts all the same: the host falls back to its default quota,
 * which is a limit.
 */
#define OWN_QUOTA
#include "plugin.h"

QUOTA { WSManPluginAuthzQueryQuotaComplete(sender, 0, NULL, NO_ERROR, NULL); }
