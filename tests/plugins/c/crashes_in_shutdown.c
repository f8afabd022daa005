/* Mistake: Shutdown uses what it has just let go.
 *
 * Why: two ways to clean up, and each believes that it is the only one.
 * In production: every recycling of the application ends in a crash report; what was to be written is lost.
 */
#define OWN_SHUTDOWN
#include "plugin.h"

struct log {
    int lines;
};
static struct log file, *volatile current = &file;

SHUTDOWN {
    current = NULL;
    current->lines++;
    return NO_ERROR;
}
