/* Mistake: the library cleans up when it is unloaded, after Shutdown has already done so.
 *
 * Why: a destructor of a global object (in C++, or in DllMain) that expects what Shutdown has freed.
 * In production: a crash after everything went well, blamed on the host.
 */
#define OWN_SHUTDOWN
#include "plugin.h"

struct log {
    int lines;
};
static struct log file, *volatile current = &file;

SHUTDOWN {
    current = NULL;
    return NO_ERROR;
}

__attribute__((destructor)) static void clean_up(void) { current->lines++; }
