/* A plug-in in the manner of Microsoft's sample: everybody may do everything, the context is 22 for everyone, and the
 * release does nothing. Legal. Each macro MISTAKE_... adds one mistake; HABIT_... changes something else that is legal.
 */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

typedef uint32_t DWORD;
typedef const uint16_t *PCWSTR;

typedef struct {
    PCWSTR senderName;
    PCWSTR authenticationMechanism;
    void *certificateDetails;
    void *clientToken;
    PCWSTR httpURL;
} WSMAN_SENDER_DETAILS;

typedef struct {
    DWORD maxAllowedConcurrentShells;
    DWORD maxAllowedConcurrentOperations;
    DWORD timeslotSize;
    DWORD maxAllowedOperationsPerTimeslot;
} WSMAN_AUTHZ_QUOTA;

extern DWORD WSManPluginAuthzUserComplete(WSMAN_SENDER_DETAILS *, DWORD, void *, void *, int, DWORD, PCWSTR);
extern DWORD WSManPluginAuthzOperationComplete(WSMAN_SENDER_DETAILS *, DWORD, void *, DWORD, PCWSTR);
extern DWORD WSManPluginAuthzQueryQuotaComplete(WSMAN_SENDER_DETAILS *, DWORD, WSMAN_AUTHZ_QUOTA *, DWORD, PCWSTR);

static void *const CONTEXT = (void *)22;
#if defined MISTAKE_LOCK_ACROSS_COMPLETION || defined MISTAKE_COMPLETE_IN_RELEASE || defined HABIT_OTHER_THREAD
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
#ifdef HABIT_OTHER_THREAD
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;
static int answering;
#endif
#endif
#ifdef MISTAKE_COMPLETE_IN_RELEASE
static WSMAN_SENDER_DETAILS *kept;
#endif

#ifdef MISTAKE_CRASH_AT_LOAD
__attribute__((constructor)) static void crash(void) { abort(); }
#endif

#ifdef MISTAKE_HANG_AT_LOAD
__attribute__((constructor)) static void hang(void) { for (;;) pause(); }
#endif

DWORD WSManPluginStartup(DWORD flags, PCWSTR application, PCWSTR extra, void **context) {
    (void)flags, (void)application, (void)extra, (void)context;
#ifdef MISTAKE_STARTUP_FAILS
    return 5;
#endif
#ifdef HABIT_ONE_APPLICATION
    if (application[6] != 'a') return 50;
#endif
    return 0;
}

#ifdef MISTAKE_COMPLETE_AFTER_SHUTDOWN
static WSMAN_SENDER_DETAILS *last;
static void *complete_later(void *unused) {
    usleep(30000);
    WSManPluginAuthzOperationComplete(last, 0, NULL, 5, NULL);
    return unused;
}
#endif

DWORD WSManPluginShutdown(void *context, DWORD flags, DWORD reason) {
    (void)context, (void)flags, (void)reason;
#ifdef MISTAKE_COMPLETE_AFTER_SHUTDOWN
    pthread_t thread;
    if (last && !pthread_create(&thread, NULL, complete_later, NULL)) pthread_detach(thread);
#endif
#ifdef HABIT_OTHER_THREAD
    /* No thread of ours outlives Shutdown, and each has answered by then. */
    pthread_mutex_lock(&lock);
    while (answering > 0) pthread_cond_wait(&answered, &lock);
    pthread_mutex_unlock(&lock);
#endif
    return 0;
}

#ifdef HABIT_OTHER_THREAD
static void *allow_later(void *sender) {
    WSManPluginAuthzUserComplete(sender, 0, CONTEXT, ((WSMAN_SENDER_DETAILS *)sender)->clientToken, 0, 0, NULL);
    pthread_mutex_lock(&lock);
    answering--;
    pthread_cond_signal(&answered);
    pthread_mutex_unlock(&lock);
    return NULL;
}
#endif

void WSManPluginAuthzUser(void *context, WSMAN_SENDER_DETAILS *sender, DWORD flags) {
    (void)context, (void)flags;
#ifdef MISTAKE_HANG
    for (;;) pause();
#endif
#ifdef MISTAKE_SEGFAULT
    *(volatile int *)0x10 = 1;
#endif
#ifdef MISTAKE_NEVER_COMPLETE
    return;
#endif
#ifdef MISTAKE_LOCK_ACROSS_COMPLETION
    pthread_mutex_lock(&lock);
#endif
#ifdef MISTAKE_REDIRECT_WITHOUT_URL
    static const uint16_t text[] = {'h', 'e', 'r', 'e', 0};
    WSManPluginAuthzUserComplete(sender, 0, NULL, NULL, 0, 0x80338199, text);
#elif defined MISTAKE_FAILURE_WITH_CONTEXT
    WSManPluginAuthzUserComplete(sender, 0, CONTEXT, NULL, 0, 5, NULL);
#elif defined HABIT_OTHER_THREAD
    pthread_t thread;
    pthread_mutex_lock(&lock);
    answering++;
    pthread_mutex_unlock(&lock);
    pthread_create(&thread, NULL, allow_later, sender);
    pthread_detach(thread);
#else
    WSManPluginAuthzUserComplete(sender, 0, CONTEXT, sender->clientToken, 1, 0, NULL);
#endif
#ifdef MISTAKE_LOCK_ACROSS_COMPLETION
    pthread_mutex_unlock(&lock);
#endif
#ifdef MISTAKE_READ_AFTER_COMPLETION
    if (sender->senderName[0] == 0) _exit(9);
#endif
}

void WSManPluginAuthzOperation(void *context, WSMAN_SENDER_DETAILS *sender, DWORD flags, DWORD operation,
                               PCWSTR action, PCWSTR resource) {
    (void)context, (void)flags, (void)operation, (void)action, (void)resource;
#ifdef MISTAKE_EXIT
    exit(3);
#endif
#ifdef MISTAKE_COMPLETE_AFTER_SHUTDOWN
    last = sender;
#endif
#ifdef MISTAKE_WRONG_KIND
    WSManPluginAuthzUserComplete(sender, 0, CONTEXT, sender->clientToken, 0, 0, NULL);
#endif
#ifdef MISTAKE_COMPLETE_IN_RELEASE
    pthread_mutex_lock(&lock);
    kept = kept ? kept : sender;
    int keep = kept == sender;
    pthread_mutex_unlock(&lock);
    if (keep) return;
#endif
#ifdef HABIT_NULL_CONTEXT
    WSManPluginAuthzOperationComplete(sender, 0, NULL, 0, NULL);
#else
    WSManPluginAuthzOperationComplete(sender, 0, CONTEXT, 0, NULL);
#endif
#ifdef MISTAKE_COMPLETE_TWICE
    WSManPluginAuthzOperationComplete(sender, 0, CONTEXT, 0, NULL);
#endif
}

#ifndef HABIT_NO_QUOTA
void WSManPluginAuthzQueryQuota(void *context, WSMAN_SENDER_DETAILS *sender, DWORD flags) {
    (void)context, (void)flags;
#ifdef MISTAKE_NULL_QUOTA
    WSManPluginAuthzQueryQuotaComplete(sender, 0, NULL, 0, NULL);
#else
    WSMAN_AUTHZ_QUOTA quota = {2, 2, 60, 10};
    WSManPluginAuthzQueryQuotaComplete(sender, 0, &quota, 0, NULL);
#endif
}
#endif

void WSManPluginAuthzReleaseContext(void *context) {
    (void)context;
#ifdef MISTAKE_LOCK_ACROSS_COMPLETION
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
#endif
#ifdef MISTAKE_COMPLETE_IN_RELEASE
    pthread_mutex_lock(&lock);
    WSMAN_SENDER_DETAILS *sender = kept;
    kept = NULL;
    pthread_mutex_unlock(&lock);
    if (sender) WSManPluginAuthzOperationComplete(sender, 0, NULL, 5, NULL);
#endif
}
