/* Stand-in for wsmsvc.dll, for a plug-in that is driven and not hosted by WinRM.
 *
 * A plug-in imports its three completion functions from wsmsvc.dll. Here each forwards to the function of the same
 * name that the program exports: `wsman-authz.exe` does. It lies beside the program, which loads it by its full path
 * before it loads the plug-in, so that the import is bound to this one and not to the system's. It also tells the
 * program when the process ends, because only a library hears of that whoever calls exit.
 *
 *   x86_64-w64-mingw32-gcc -shared -O2 -o wsmsvc.dll wsmsvc.c
 *   cl /LD /O2 wsmsvc.c
 */
#include <windows.h>

/* The only documented error of the completion functions. */
#define REFUSED ERROR_INVALID_PARAMETER

typedef DWORD(WINAPI *UserComplete)(void *, DWORD, void *, HANDLE, BOOL, DWORD, const WCHAR *);
typedef DWORD(WINAPI *OperationComplete)(void *, DWORD, void *, DWORD, const WCHAR *);
typedef DWORD(WINAPI *QuotaComplete)(void *, DWORD, void *, DWORD, const WCHAR *);
typedef void(WINAPI *ProcessEnds)(void);

typedef void (*Function)(void);

/* The program's function of that name; NULL if it exports none. */
static Function of_the_program(const char *name) {
    return (Function)GetProcAddress(GetModuleHandleW(NULL), name);
}

__declspec(dllexport) DWORD WINAPI WSManPluginAuthzUserComplete(void *sender, DWORD flags, void *context, HANDLE token,
                                                                BOOL administrator, DWORD error, const WCHAR *text) {
    UserComplete complete = (UserComplete)of_the_program("WSManPluginAuthzUserComplete");
    return complete ? complete(sender, flags, context, token, administrator, error, text) : REFUSED;
}

__declspec(dllexport) DWORD WINAPI WSManPluginAuthzOperationComplete(void *sender, DWORD flags, void *context,
                                                                     DWORD error, const WCHAR *text) {
    OperationComplete complete = (OperationComplete)of_the_program("WSManPluginAuthzOperationComplete");
    return complete ? complete(sender, flags, context, error, text) : REFUSED;
}

__declspec(dllexport) DWORD WINAPI WSManPluginAuthzQueryQuotaComplete(void *sender, DWORD flags, void *quota,
                                                                      DWORD error, const WCHAR *text) {
    QuotaComplete complete = (QuotaComplete)of_the_program("WSManPluginAuthzQueryQuotaComplete");
    return complete ? complete(sender, flags, quota, error, text) : REFUSED;
}

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, void *at_exit) {
    (void)library;
    if (reason == DLL_PROCESS_DETACH && at_exit) {
        ProcessEnds ends = (ProcessEnds)of_the_program("WSManAuthzProcessEnds");
        if (ends) ends();
    }
    return TRUE;
}
