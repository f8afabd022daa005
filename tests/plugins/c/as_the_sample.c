/* Legal: the manner of Microsoft's sample. Everybody may do everything, the context is 22 for everyone, the release
 * does nothing, and Startup leaves the context of the application alone.
 *
 * Unusual: equal contexts for all reports, of users and operations, in all applications.
 */
#include "plugin.h"
