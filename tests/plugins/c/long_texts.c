/* Legal: a denial with a text of a million characters.
 *
 * Unusual: a few words will do. But the interface names no limit.
 */
#define OWN_STARTUP
#define OWN_OPERATION
#define OWN_SHUTDOWN
#include "platform.h"
#include "plugin.h"

#define UNITS ((size_t)1 << 20)

STARTUP {
    WCHAR *text = malloc(sizeof(WCHAR) * (UNITS + 1));
    for (size_t at = 0; at < UNITS; at++) text[at] = 'x';
    text[UNITS] = 0;
    *pluginContext = text;
    return NO_ERROR;
}

OPERATION {
    if (user_number(sender) % 4 == 0)
        deny_operation(sender, pluginContext);
    else
        allow_operation(sender, CONTEXT);
}

SHUTDOWN {
    free(pluginContext);
    return NO_ERROR;
}
