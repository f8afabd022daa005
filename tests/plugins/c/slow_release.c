/* Legal: ReleaseContext takes a millisecond, as a file that is written back would.
 *
 * Unusual: the host calls it from inside completions and from its timers, and must wait.
 */
#define OWN_RELEASE
#include "platform.h"
#include "plugin.h"

RELEASE { sleep_ms(1); }
