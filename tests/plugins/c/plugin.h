/* What all plug-ins of this folder share: the interface, and an ordinary way to do each thing.
 *
 * A plug-in writes only what it does differently. It announces an entry point of its own before it includes this file:
 *
 *     #define OWN_OPERATION
 *     #include "plugin.h"
 *
 * The rest is in the manner of Microsoft's sample: everybody may do everything, the context is 22 for everyone, and
 * the release does nothing. That is legal.
 */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* An entry point has more parameters than most plug-ins need. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#ifdef _WIN32
#include <windows.h>
#define WSMAN_API_VERSION_1_0
#include <wsman.h>
#define ENTRY __declspec(dllexport)
#define WIDE(text) L##text
#else
#include <uchar.h>
#define WINAPI
#define ENTRY __attribute__((visibility("default")))
#define WIDE(text) ((PCWSTR)u##text)

typedef uint32_t DWORD;
typedef void *PVOID;
typedef char16_t WCHAR;
typedef const WCHAR *PCWSTR;

typedef struct {
    PCWSTR subject;
    PCWSTR issuerName;
    PCWSTR issuerThumbprint;
    PCWSTR subjectName;
} WSMAN_CERTIFICATE_DETAILS;

typedef struct {
    PCWSTR senderName;
    PCWSTR authenticationMechanism;
    WSMAN_CERTIFICATE_DETAILS *certificateDetails;
    PVOID clientToken;
    PCWSTR httpURL;
} WSMAN_SENDER_DETAILS;

typedef struct {
    DWORD maxAllowedConcurrentShells;
    DWORD maxAllowedConcurrentOperations;
    DWORD timeslotSize;
    DWORD maxAllowedOperationsPerTimeslot;
} WSMAN_AUTHZ_QUOTA;

DWORD WSManPluginAuthzUserComplete(WSMAN_SENDER_DETAILS *, DWORD, PVOID, PVOID, int, DWORD, PCWSTR);
DWORD WSManPluginAuthzOperationComplete(WSMAN_SENDER_DETAILS *, DWORD, PVOID, DWORD, PCWSTR);
DWORD WSManPluginAuthzQueryQuotaComplete(WSMAN_SENDER_DETAILS *, DWORD, WSMAN_AUTHZ_QUOTA *, DWORD, PCWSTR);

#define NO_ERROR 0
#define ERROR_ACCESS_DENIED 5
#endif

/* The pages call it ERROR_WSMAN_REDIRECT_REQUIRED; the header has this value under the name ..._REQUESTED. */
#define REDIRECT 0x80338199u

typedef WSMAN_SENDER_DETAILS SENDER;

/* The entry points, so that their heads are written once. */
#define STARTUP ENTRY DWORD WINAPI WSManPluginStartup(DWORD flags, PCWSTR application, PCWSTR extra, PVOID *pluginContext)
#define SHUTDOWN ENTRY DWORD WINAPI WSManPluginShutdown(PVOID pluginContext, DWORD flags, DWORD reason)
#define USER ENTRY void WINAPI WSManPluginAuthzUser(PVOID pluginContext, SENDER *sender, DWORD flags)
#define OPERATION                                                                                                     \
    ENTRY void WINAPI WSManPluginAuthzOperation(PVOID pluginContext, SENDER *sender, DWORD flags, DWORD operation,    \
                                                PCWSTR action, PCWSTR resource)
#define QUOTA ENTRY void WINAPI WSManPluginAuthzQueryQuota(PVOID pluginContext, SENDER *sender, DWORD flags)
#define RELEASE ENTRY void WINAPI WSManPluginAuthzReleaseContext(PVOID context)

/* Opaque to the host. */
#define CONTEXT ((PVOID)22)

/* Yes, as the client. */
static inline DWORD allow_user(SENDER *sender, PVOID context) {
    return WSManPluginAuthzUserComplete(sender, 0, context, sender->clientToken, 0, NO_ERROR, NULL);
}

static inline DWORD deny_user(SENDER *sender, PCWSTR text) {
    return WSManPluginAuthzUserComplete(sender, 0, NULL, NULL, 0, ERROR_ACCESS_DENIED, text);
}

static inline DWORD allow_operation(SENDER *sender, PVOID context) {
    return WSManPluginAuthzOperationComplete(sender, 0, context, NO_ERROR, NULL);
}

static inline DWORD deny_operation(SENDER *sender, PCWSTR text) {
    return WSManPluginAuthzOperationComplete(sender, 0, NULL, ERROR_ACCESS_DENIED, text);
}

static inline DWORD answer_quota(SENDER *sender) {
    WSMAN_AUTHZ_QUOTA quota = {2, 2, 60, 10};
    return WSManPluginAuthzQueryQuotaComplete(sender, 0, &quota, NO_ERROR, NULL);
}

static inline size_t length(PCWSTR text) {
    size_t units = 0;
    while (text && text[units]) units++;
    return units;
}

static inline int ends_with(PCWSTR text, PCWSTR end) {
    size_t whole = length(text), part = length(end);
    return whole >= part && memcmp(text + (whole - part), end, part * sizeof(WCHAR)) == 0;
}

/* The number at the end of names such as CORP\user12; 0 if there is none. */
static inline unsigned user_number(const SENDER *sender) {
    unsigned number = 0, place = 1;
    for (size_t at = length(sender->senderName); at > 0; at--, place *= 10) {
        WCHAR unit = sender->senderName[at - 1];
        if (unit < '0' || unit > '9') break;
        number += place * (unit - '0');
    }
    return number;
}

#ifndef OWN_STARTUP
STARTUP { return NO_ERROR; }
#endif

#ifndef OWN_SHUTDOWN
SHUTDOWN { return NO_ERROR; }
#endif

#ifndef OWN_USER
USER { allow_user(sender, CONTEXT); }
#endif

#ifndef OWN_OPERATION
OPERATION { allow_operation(sender, CONTEXT); }
#endif

#ifndef OWN_QUOTA
QUOTA { answer_quota(sender); }
#endif

#ifndef OWN_RELEASE
RELEASE {}
#endif

#endif
