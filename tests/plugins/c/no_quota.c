/* Legal: does not export WSManPluginAuthzQueryQuota, the one optional entry point.
 *
 * Unusual: the sample exports all six.
 */
#define OWN_QUOTA
#include "plugin.h"
