/* Mistake: exports WSManPluginAuthzQueryQuota and never completes it.
 *
 * Why: six exports are in the list of the sample, so there are six functions; this one was left empty, "we have no
 * quotas". To have none, do not export it, or do not announce it in the configuration.
 * In production: every user hangs at the first request after having been let in.
 */
#define OWN_QUOTA
#include "plugin.h"

QUOTA {}
