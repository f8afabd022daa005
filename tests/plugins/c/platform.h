/* Threads, locks and sleep, on Windows and elsewhere. Include it before or after plugin.h.
 *
 * A `section` may be entered again by the thread that is in it, as a CRITICAL_SECTION of Windows may; a `lock` may not.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#ifdef _WIN32
#include <windows.h>

typedef SRWLOCK lock_t;
typedef CONDITION_VARIABLE signal_t;
typedef CRITICAL_SECTION section_t;
typedef HANDLE thread_t;
#define LOCK_INIT SRWLOCK_INIT
#define SIGNAL_INIT CONDITION_VARIABLE_INIT

static inline void lock(lock_t *it) { AcquireSRWLockExclusive(it); }
static inline void unlock(lock_t *it) { ReleaseSRWLockExclusive(it); }
static inline void wait_for(signal_t *it, lock_t *held) { SleepConditionVariableSRW(it, held, INFINITE, 0); }
static inline void notify(signal_t *it) { WakeAllConditionVariable(it); }
static inline void make_section(section_t *it) { InitializeCriticalSection(it); }
static inline void enter(section_t *it) { EnterCriticalSection(it); }
static inline void leave(section_t *it) { LeaveCriticalSection(it); }
static inline void sleep_ms(unsigned ms) { Sleep(ms); }

typedef struct {
    void (*run)(void *);
    void *argument;
} start_t;

static DWORD WINAPI run_thread(void *boxed) {
    start_t start = *(start_t *)boxed;
    HeapFree(GetProcessHeap(), 0, boxed);
    start.run(start.argument);
    return 0;
}

static inline thread_t start_thread(void (*run)(void *), void *argument) {
    start_t *start = HeapAlloc(GetProcessHeap(), 0, sizeof *start);
    start->run = run;
    start->argument = argument;
    return CreateThread(NULL, 0, run_thread, start, 0, NULL);
}

static inline void join_thread(thread_t thread) {
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

static inline void forget_thread(thread_t thread) { CloseHandle(thread); }
#else
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

typedef pthread_mutex_t lock_t;
typedef pthread_cond_t signal_t;
typedef pthread_mutex_t section_t;
typedef pthread_t thread_t;
#define LOCK_INIT PTHREAD_MUTEX_INITIALIZER
#define SIGNAL_INIT PTHREAD_COND_INITIALIZER

static inline void lock(lock_t *it) { pthread_mutex_lock(it); }
static inline void unlock(lock_t *it) { pthread_mutex_unlock(it); }
static inline void wait_for(signal_t *it, lock_t *held) { pthread_cond_wait(it, held); }
static inline void notify(signal_t *it) { pthread_cond_broadcast(it); }
static inline void enter(section_t *it) { pthread_mutex_lock(it); }
static inline void leave(section_t *it) { pthread_mutex_unlock(it); }

static inline void make_section(section_t *it) {
    pthread_mutexattr_t recursive;
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(it, &recursive);
}

static inline void sleep_ms(unsigned ms) {
    struct timespec left = {ms / 1000, (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) == -1 && errno == EINTR) continue;
}

typedef struct {
    void (*run)(void *);
    void *argument;
} start_t;

static void *run_thread(void *boxed) {
    start_t start = *(start_t *)boxed;
    free(boxed);
    start.run(start.argument);
    return NULL;
}

static inline thread_t start_thread(void (*run)(void *), void *argument) {
    start_t *start = malloc(sizeof *start);
    thread_t thread;
    if (!start) abort();
    start->run = run;
    start->argument = argument;
    if (pthread_create(&thread, NULL, run_thread, start)) abort();
    return thread;
}

static inline void join_thread(thread_t thread) { pthread_join(thread, NULL); }
static inline void forget_thread(thread_t thread) { pthread_detach(thread); }
#endif

#endif
