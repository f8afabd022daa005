/* A host of one short story, for memory checkers: it gives sender details on the heap and frees them as soon as their
 * request was completed (CL-62), and at the end nothing of the plug-in may be left.
 *
 *     gcc -std=gnu11 -rdynamic -o host host.c -ldl -lpthread && ./host path/to/careless.so
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPECT(condition)                                                      \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "host.c:%d: not so: %s\n", __LINE__, #condition);  \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

#define GET u"http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"

typedef uint16_t text;

/* What was said to a request. */
struct answer {
    int completions;
    void *context;
    uint32_t error;
    uint32_t refuse;    /* what the host answers */
    int release_inside; /* release the context before the completion returns */
};

/* WSMAN_SENDER_DETAILS, and behind it what is the host's. */
struct details {
    const text *name, *mechanism;
    void *certificate, *token;
    const text *url;
    struct answer *answer;
};

static uint32_t (*startup)(uint32_t, const text *, const text *, void **);
static uint32_t (*shutdown_application)(void *, uint32_t, uint32_t);
static void (*user)(void *, void *, uint32_t);
static void (*operation)(void *, void *, uint32_t, uint32_t, const text *, const text *);
static void (*quota)(void *, void *, uint32_t);
static void (*release)(void *);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static text *copy(const text *from) {
    size_t length = 0;
    while (from[length++] != 0) {
    }
    text *to = malloc(length * sizeof *to);
    EXPECT(to != NULL);
    return memcpy(to, from, length * sizeof *to);
}

static struct details *details_of(const text *name, struct answer *answer) {
    struct details *details = calloc(1, sizeof *details);
    EXPECT(details != NULL);
    details->name = copy(name);
    details->mechanism = copy(u"Negotiate");
    details->certificate = (void *)22; /* not valid for this mechanism (HA-04) */
    details->token = (void *)0x51;
    details->url = copy(u"https://host/wsman");
    details->answer = answer;
    return details;
}

/* A completion: the request is over, its memory is gone. */
static uint32_t hear(void *sender, uint32_t flags, void *context, uint32_t error) {
    struct details *details = sender;
    struct answer *answer = details->answer;
    uint32_t refuse = answer->refuse;
    EXPECT(flags == 0);
    free((void *)details->name);
    free((void *)details->mechanism);
    free((void *)details->url);
    free(details);
    if (answer->release_inside) {
        release(context);
    }
    pthread_mutex_lock(&lock);
    answer->completions += 1;
    answer->context = context;
    answer->error = error;
    pthread_mutex_unlock(&lock);
    return refuse;
}

uint32_t WSManPluginAuthzUserComplete(void *sender, uint32_t flags, void *context, void *token, int administrator,
                                      uint32_t error, const text *extended) {
    (void)administrator;
    (void)extended;
    EXPECT(error == 0 || (context == NULL && token == NULL)); /* CL-53 */
    return hear(sender, flags, context, error);
}

uint32_t WSManPluginAuthzOperationComplete(void *sender, uint32_t flags, void *context, uint32_t error,
                                           const text *extended) {
    (void)extended;
    return hear(sender, flags, context, error);
}

uint32_t WSManPluginAuthzQueryQuotaComplete(void *sender, uint32_t flags, const void *answer, uint32_t error,
                                            const text *extended) {
    (void)extended;
    EXPECT(error != 0 || ((const uint32_t *)answer)[2] != 0); /* CL-80 */
    return hear(sender, flags, NULL, error);
}

static struct answer ask_user(void *application, const text *name) {
    struct answer answer = {0};
    user(application, details_of(name, &answer), 0);
    EXPECT(answer.completions == 1);
    return answer;
}

static struct answer ask_operation(void *application, const text *name) {
    struct answer answer = {0};
    text *action = copy(GET), *resource = copy(u"http://resource");
    operation(application, details_of(name, &answer), 0, 3, action, resource);
    free(action); /* HA-03: valid until the entry point returned */
    free(resource);
    EXPECT(answer.completions == 1);
    return answer;
}

static int completions_of(struct answer *answer) {
    pthread_mutex_lock(&lock);
    int completions = answer->completions;
    pthread_mutex_unlock(&lock);
    return completions;
}

static void *find(void *library, const char *name) {
    void *function = dlsym(library, name);
    if (function == NULL) {
        fprintf(stderr, "host: %s\n", dlerror());
        exit(1);
    }
    return function;
}

static void load(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "host: %s\n", dlerror());
        exit(1);
    }
    *(void **)&startup = find(library, "WSManPluginStartup");
    *(void **)&shutdown_application = find(library, "WSManPluginShutdown");
    *(void **)&user = find(library, "WSManPluginAuthzUser");
    *(void **)&operation = find(library, "WSManPluginAuthzOperation");
    *(void **)&quota = find(library, "WSManPluginAuthzQueryQuota");
    *(void **)&release = find(library, "WSManPluginAuthzReleaseContext");
}

/* A user comes, works, is authorized again; releases come late, twice, and for values that never were. */
static void an_ordinary_day(void *application) {
    struct answer first = ask_user(application, u"CORP\\alice");
    struct answer shared = ask_operation(application, u"CORP\\alice");
    struct answer again = ask_user(application, u"CORP\\alice");
    struct answer numbers = {0};
    EXPECT(first.error == 0 && shared.error == 0 && again.error == 0);
    EXPECT(first.context != again.context && first.context != shared.context); /* CL-14 */
    release(first.context);                                                    /* CL-20: after the new one */
    release(first.context);                                                    /* CL-16 */
    release((void *)0x1234);
    release((void *)UINTPTR_MAX);
    release(NULL);
    EXPECT(ask_operation(application, u"CORP\\bob").error == 5); /* CL-70: never let in */
    quota(application, details_of(u"CORP\\alice", &numbers), 0);
    EXPECT(numbers.completions == 1 && numbers.error == 0);
    release(again.context);
    release(shared.context); /* CL-24: outlives the user's */
}

/* Completions that the host refuses, or releases before it says yes. */
static void a_rude_host(void *application) {
    struct answer refused = {.refuse = 87}, inside = {.release_inside = 1};
    user(application, details_of(u"CORP\\carol", &refused), 0);
    EXPECT(refused.completions == 1 && refused.error == 0); /* CL-17 */
    user(application, details_of(u"CORP\\dora", &inside), 0);
    EXPECT(inside.completions == 1 && inside.error == 0);
}

/* One request that nobody answers, one that a thread answers. */
static void slow_answers(void *application) {
    struct answer forgotten = {0}, later = {0};
    user(application, details_of(u"CORP\\user3", &forgotten), 0);
    user(application, details_of(u"CORP\\user4", &later), 0);
    while (completions_of(&later) == 0) {
        usleep(1000);
    }
    EXPECT(later.error == 0);
    release(later.context);
    EXPECT(completions_of(&forgotten) == 0);
    usleep(400 * 1000);
    release(ask_user(application, u"CORP\\alice").context); /* looks at the clock */
    EXPECT(forgotten.completions == 1 && forgotten.error == 5); /* CL-70 */
}

int main(int count, char **arguments) {
    void *one = NULL, *two = NULL, *again = NULL;
    struct answer forgotten = {0}, late = {0};
    EXPECT(count == 2);
    load(arguments[1]);
    EXPECT(startup(0, u"wsman/one", NULL, &one) == 0 && startup(0, u"wsman/two", u"<extra/>", &two) == 0);
    EXPECT(startup(0, u"wsman/one", NULL, &again) == 183 && startup(0, u"wsman/x", NULL, NULL) == 87);
    for (int round = 0; round < 3; ++round) {
        an_ordinary_day(one);
        an_ordinary_day(two);
    }
    a_rude_host(one);
    slow_answers(two);

    /* Shutdown with leases live and a request open; the other application goes on. */
    EXPECT(ask_user(one, u"CORP\\alice").error == 0 && ask_operation(one, u"CORP\\alice").error == 0);
    user(one, details_of(u"CORP\\user3", &forgotten), 0);
    EXPECT(shutdown_application(one, 0, 3) == 0);
    EXPECT(forgotten.completions == 1 && forgotten.error == 995);
    EXPECT(shutdown_application(one, 0, 3) == 87);
    an_ordinary_day(two);
    EXPECT(shutdown_application(two, 0, 3) == 0);

    /* Nothing is said any more: the request stays the host's. */
    struct details *unheard = details_of(u"CORP\\alice", &late);
    user(two, unheard, 0);
    EXPECT(late.completions == 0);
    hear(unheard, 0, NULL, 0);
    puts("host: all as it should be");
    return 0; /* without dlclose, so that a memory checker can still name the functions */
}
