/* Sizes, offsets and constants as wsman.h of the compiler's SDK has them, one line each. ffi/examples/layout.rs
 * prints the same lines from what the Rust side uses.
 */
#include <stddef.h>
#include <stdio.h>
#include <windows.h>
#define WSMAN_API_VERSION_1_0
#include <wsman.h>

/* The SDK has the error codes of WinRM in a header of their own; mingw-w64 does not have them. */
#if defined(__has_include)
#if __has_include(<wsmerror.h>)
#include <wsmerror.h>
#endif
#endif

#define SIZE(type) printf("%s size %u align %u\n", #type, (unsigned)sizeof(type), (unsigned)_Alignof(type))
#define FIELD(type, field)                                                                                             \
    printf("%s.%s offset %u size %u\n", #type, #field, (unsigned)offsetof(type, field), (unsigned)sizeof(((type *)0)->field))
#define CODE(name) printf("%s %lu\n", #name, (unsigned long)(name))

static void structures(void) {
    SIZE(WSMAN_SENDER_DETAILS);
    FIELD(WSMAN_SENDER_DETAILS, senderName);
    FIELD(WSMAN_SENDER_DETAILS, authenticationMechanism);
    FIELD(WSMAN_SENDER_DETAILS, certificateDetails);
    FIELD(WSMAN_SENDER_DETAILS, clientToken);
    FIELD(WSMAN_SENDER_DETAILS, httpURL);
    SIZE(WSMAN_CERTIFICATE_DETAILS);
    FIELD(WSMAN_CERTIFICATE_DETAILS, subject);
    FIELD(WSMAN_CERTIFICATE_DETAILS, issuerName);
    FIELD(WSMAN_CERTIFICATE_DETAILS, issuerThumbprint);
    FIELD(WSMAN_CERTIFICATE_DETAILS, subjectName);
    SIZE(WSMAN_AUTHZ_QUOTA);
    FIELD(WSMAN_AUTHZ_QUOTA, maxAllowedConcurrentShells);
    FIELD(WSMAN_AUTHZ_QUOTA, maxAllowedConcurrentOperations);
    FIELD(WSMAN_AUTHZ_QUOTA, timeslotSize);
    FIELD(WSMAN_AUTHZ_QUOTA, maxAllowedOperationsPerTimeslot);
    SIZE(BOOL);
    SIZE(DWORD);
    SIZE(HANDLE);
    SIZE(PVOID);
    SIZE(PCWSTR);
    SIZE(WCHAR);
}

static void codes(void) {
    CODE(ERROR_SUCCESS);
    CODE(ERROR_ACCESS_DENIED);
    CODE(ERROR_NOT_ENOUGH_MEMORY);
    CODE(ERROR_INVALID_PARAMETER);
    CODE(ERROR_OPERATION_ABORTED);
    CODE(ERROR_INTERNAL_ERROR);
#ifdef ERROR_WSMAN_REDIRECT_REQUESTED
    CODE(ERROR_WSMAN_REDIRECT_REQUESTED);
#endif
#ifdef ERROR_REDIRECT_LOCATION_INVALID
    CODE(ERROR_REDIRECT_LOCATION_INVALID);
#endif
    CODE(WSMAN_PLUGIN_SHUTDOWN_SYSTEM);
    CODE(WSMAN_PLUGIN_SHUTDOWN_SERVICE);
    CODE(WSMAN_PLUGIN_SHUTDOWN_IISHOST);
    CODE(WSMAN_PLUGIN_SHUTDOWN_IDLETIMEOUT_ELAPSED);
}

int main(void) {
    structures();
    codes();
    return 0;
}
