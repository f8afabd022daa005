/* A plug-in whose author makes every mistake that C allows with a request: answers twice, with the wrong kind, with
 * numbers that never were, with arguments that make no sense; forgets some requests and answers others late, from a
 * thread of its own. Each mistake must get the documented status and do no harm: the host notices nothing.
 *
 * SEED_LEAK and SEED_USE_AFTER_FREE plant what a memory checker must find. Not for Windows: it uses POSIX threads.
 */
#include "wsman_authz.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MUST(expected, call) must(expected, call, #call)

static void must(wsman_authz_status expected, wsman_authz_status status, const char *call) {
    if (status != expected) {
        fprintf(stderr, "careless: %s returned %u instead of %u\n", call, (unsigned)status, (unsigned)expected);
        abort();
    }
}

/* A thread that answers one request. */
struct clerk {
    pthread_t thread;
    wsman_authz_request request;
    struct clerk *next;
};

struct application {
    pthread_mutex_t lock;
    struct clerk *clerks;
};

static const wsman_authz_char ill_formed[] = {'x', 0xD800, 0};
static const wsman_authz_char somewhere[] = {'/', 'w', 's', 'm', 'a', 'n', 0};

/* Everything that is wrong to say to a request, while it is open. */
static void mumble(const wsman_authz_question *question) {
    wsman_authz_request request = question->request;
    wsman_authz_quota quota = {1, 1, 0, 1};
    int payload; /* never taken */
    if (question->kind == WSMAN_AUTHZ_QUESTION_KIND_USER) {
        MUST(WSMAN_AUTHZ_STATUS_WRONG_KIND, wsman_authz_allow_operation(request, &payload));
        MUST(WSMAN_AUTHZ_STATUS_BAD_IDENTITY, wsman_authz_allow_user(request, &payload, 0, NULL, 0));
        MUST(WSMAN_AUTHZ_STATUS_BAD_IDENTITY,
             wsman_authz_allow_user(request, &payload, WSMAN_AUTHZ_IDENTITY_TOKEN, NULL, 0));
        MUST(WSMAN_AUTHZ_STATUS_BAD_URL, wsman_authz_redirect(request, somewhere));
        MUST(WSMAN_AUTHZ_STATUS_NULL_ARGUMENT, wsman_authz_redirect(request, NULL));
    } else {
        MUST(WSMAN_AUTHZ_STATUS_WRONG_KIND,
             wsman_authz_allow_user(request, &payload, WSMAN_AUTHZ_IDENTITY_HOST_PROCESS, NULL, 1));
    }
    MUST(WSMAN_AUTHZ_STATUS_BAD_QUOTA, wsman_authz_answer_quota(request, &quota));
    MUST(WSMAN_AUTHZ_STATUS_NULL_ARGUMENT, wsman_authz_answer_quota(request, NULL));
    MUST(WSMAN_AUTHZ_STATUS_BAD_TEXT, wsman_authz_deny(request, 5, ill_formed));
    MUST(WSMAN_AUTHZ_STATUS_UNKNOWN_REQUEST, wsman_authz_deny(0, 0, NULL));
    MUST(WSMAN_AUTHZ_STATUS_UNKNOWN_REQUEST, wsman_authz_deny(request ^ (1ull << 62), 0, NULL));
}

/* Everything that is too much for a request that was answered. */
static void insist(wsman_authz_request request) {
    int payload; /* never taken */
    const wsman_authz_question *question = NULL;
    MUST(WSMAN_AUTHZ_STATUS_STALE_REQUEST,
         wsman_authz_allow_user(request, &payload, WSMAN_AUTHZ_IDENTITY_HOST_PROCESS, NULL, 1));
    MUST(WSMAN_AUTHZ_STATUS_STALE_REQUEST, wsman_authz_allow_operation(request, &payload));
    MUST(WSMAN_AUTHZ_STATUS_STALE_REQUEST, wsman_authz_deny(request, 0, NULL));
    MUST(WSMAN_AUTHZ_STATUS_STALE_REQUEST, wsman_authz_question_of(request, &question));
}

/* Yes to a user, with a fresh payload, if the host has a token of the client. */
static void allow(wsman_authz_request request) {
    char *payload = malloc(64);
    wsman_authz_status status;
    if (payload == NULL) {
        abort();
    }
    strcpy(payload, "what we remember");
    status = wsman_authz_allow_user(request, payload, WSMAN_AUTHZ_IDENTITY_CLIENT, NULL, 0);
    if (status != WSMAN_AUTHZ_STATUS_OK) {
        free(payload);
        status = wsman_authz_deny(request, 0, NULL);
        if (status != WSMAN_AUTHZ_STATUS_STALE_REQUEST) { /* Shutdown may have been faster than the clerk */
            MUST(WSMAN_AUTHZ_STATUS_OK, status);
        }
    }
}

static void *answer_later(void *argument) {
    struct clerk *clerk = argument;
    usleep(2000);
    allow(clerk->request);
    insist(clerk->request);
    return NULL;
}

static uint32_t start(const wsman_authz_application *info, void **state) {
    struct application *application = calloc(1, sizeof *application);
    if (application == NULL || info->identification.units[info->identification.length] != 0) {
        abort();
    }
    pthread_mutex_init(&application->lock, NULL);
    *state = application;
    return 0;
}

static void on_user(void *state, const wsman_authz_question *question) {
    struct application *application = state;
    wsman_authz_char last = question->name.length > 0 ? question->name.units[question->name.length - 1] : 0;
    mumble(question);
    if (last == '3') {
        return; /* forgotten: the deadline, or Shutdown, denies it */
    }
    if (last == '4') {
        struct clerk *clerk = calloc(1, sizeof *clerk);
        if (clerk == NULL) {
            abort();
        }
        clerk->request = question->request;
        pthread_mutex_lock(&application->lock);
        clerk->next = application->clerks;
        application->clerks = clerk;
        if (pthread_create(&clerk->thread, NULL, answer_later, clerk) != 0) {
            abort();
        }
        pthread_mutex_unlock(&application->lock);
        return;
    }
    if (question->user_payload != NULL) {
        MUST(WSMAN_AUTHZ_STATUS_OK, wsman_authz_allow_user(question->request, question->user_payload,
                                                           WSMAN_AUTHZ_IDENTITY_CLIENT, NULL, 0));
    } else {
        allow(question->request);
    }
    insist(question->request);
    insist(question->request);
}

static void on_operation(void *state, const wsman_authz_question *question) {
    void *payload = NULL;
    (void)state;
    mumble(question);
    MUST(WSMAN_AUTHZ_STATUS_OK, wsman_authz_user_payload(question->request, &payload));
    if (payload == NULL || payload != question->user_payload || strcmp(payload, "what we remember") != 0) {
        abort(); /* CL-71 */
    }
    MUST(WSMAN_AUTHZ_STATUS_OK, wsman_authz_allow_operation(question->request, payload));
    insist(question->request);
}

static void on_shutdown(void *state, uint32_t reason) {
    struct application *application = state;
    struct clerk *clerk, *next;
    (void)reason;
    pthread_mutex_lock(&application->lock);
    clerk = application->clerks;
    application->clerks = NULL;
    pthread_mutex_unlock(&application->lock);
    for (; clerk != NULL; clerk = next) {
        next = clerk->next;
        pthread_join(clerk->thread, NULL);
        free(clerk);
    }
}

static void on_drop_payload(void *state, void *payload) {
    (void)state;
#if defined(SEED_USE_AFTER_FREE)
    static char *volatile last; /* a compiler that looks through it would warn */
    last = payload;
#endif
#if !defined(SEED_LEAK)
    free(payload);
#else
    (void)payload;
#endif
#if defined(SEED_USE_AFTER_FREE)
    last[0] = 0;
#endif
}

static void on_drop_state(void *state) {
    struct application *application = state;
    pthread_mutex_destroy(&application->lock);
    free(application);
}

static const wsman_authz_policy policy = {
    .size = sizeof(wsman_authz_policy),
    .answer_within_ms = 300,
    .start = start,
    .authorize_user = on_user,
    .authorize_operation = on_operation,
    .shutdown = on_shutdown,
    .drop_payload = on_drop_payload,
    .drop_state = on_drop_state,
};

WSMAN_AUTHZ_EXPORT_PLUGIN(policy);
