/* A complete authorization plug-in in C: who is of CORP comes in, guests may only look, root may do everything.
 *
 *     make                                 # plugin.so, the library linked in; drive it with `make drive`
 *     make LINK=shared                     # plugin.so that loads libwsman_authz_c.so from beside it
 *     make CROSS=x86_64-w64-mingw32-       # plugin.dll
 *
 * What we remember for a user is one value, a `member`, made when the user comes in. It stands behind the user and
 * behind the user's long operations; the library counts, and calls `forget` when the host has let go of all of them.
 * Every answer here is given at once. It could as well be given later, by a thread of ours: a request is a number.
 */
#include "wsman_authz.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define ERROR_OUTOFMEMORY 14

/* One hosted application, from its start to its end. */
struct application {
    atomic_long members;
};

/* What we remember for a user. */
struct member {
    int is_guest;
    atomic_ulong operations;
};

static uint32_t start(const wsman_authz_application *info, void **state) {
    struct application *application = calloc(1, sizeof *application);
    (void)info; /* has the name of the application */
    if (application == NULL) {
        return ERROR_OUTOFMEMORY; /* the application does not run */
    }
    *state = application;
    return 0;
}

/* May this user come in? */
static void on_user(void *state, const wsman_authz_question *question) {
    struct application *application = state;
    struct member *member = question->user_payload;
    int is_administrator = wsman_authz_text_is(question->name, "CORP\\root");

    if (!wsman_authz_text_starts_with(question->name, "CORP\\")) {
        wsman_authz_deny(question->request, 0, WSMAN_AUTHZ_TEXT("Only users of CORP may come in."));
        return;
    }
    if (member != NULL) {
        /* A re-authorization: we know this user, and go on with the same value. It is not handed over again. */
        if (wsman_authz_allow_user(question->request, member, WSMAN_AUTHZ_IDENTITY_CLIENT, NULL, is_administrator) !=
            WSMAN_AUTHZ_STATUS_OK) {
            wsman_authz_deny(question->request, 0, NULL);
        }
        return;
    }
    member = calloc(1, sizeof *member);
    if (member == NULL) {
        wsman_authz_deny(question->request, ERROR_OUTOFMEMORY, NULL);
        return;
    }
    member->is_guest = wsman_authz_text_starts_with(question->name, "CORP\\guest");
    atomic_fetch_add(&application->members, 1);
    if (wsman_authz_allow_user(question->request, member, WSMAN_AUTHZ_IDENTITY_CLIENT, NULL, is_administrator) !=
        WSMAN_AUTHZ_STATUS_OK) {
        /* Not taken, so it is still ours; nor is the request answered. The host may have no token of the client. */
        atomic_fetch_sub(&application->members, 1);
        free(member);
        wsman_authz_deny(question->request, 0, NULL);
    }
    /* Taken: `member` is the library's now. It may be gone already. */
}

/* May this user do this? */
static void on_operation(void *state, const wsman_authz_question *question) {
    struct member *member = question->user_payload;
    (void)state;

    if (member == NULL) {
        wsman_authz_deny(question->request, 0, NULL);
        return;
    }
    atomic_fetch_add(&member->operations, 1);
    switch (question->action) {
    case WSMAN_AUTHZ_ACTION_GET:
        wsman_authz_allow_operation(question->request, NULL); /* over with its response: nothing to remember */
        break;
    case WSMAN_AUTHZ_ACTION_ENUMERATE:
    case WSMAN_AUTHZ_ACTION_SUBSCRIBE:
        wsman_authz_allow_operation(question->request, member); /* goes on: keeps the member alive until it ends */
        break;
    default:
        if (member->is_guest) {
            wsman_authz_deny(question->request, 0, WSMAN_AUTHZ_TEXT("Guests may only look."));
        } else {
            wsman_authz_allow_operation(question->request, member);
        }
    }
}

/* How much may this user do? */
static void on_quota(void *state, const wsman_authz_question *question) {
    const struct member *member = question->user_payload;
    wsman_authz_quota quota;
    (void)state;
    (void)wsman_authz_default_quota(&quota);
    if (member != NULL && member->is_guest) {
        quota.shells = 0;
    }
    wsman_authz_answer_quota(question->request, &quota);
}

/* The host has let go of a member for the last time. */
static void forget(void *state, void *payload) {
    struct application *application = state;
    atomic_fetch_sub(&application->members, 1);
    free(payload);
}

/* Nothing is left of the application but its state. */
static void end(void *state) {
    struct application *application = state;
    if (atomic_load(&application->members) != 0) {
        fprintf(stderr, "plugin: %ld members were not forgotten\n", atomic_load(&application->members));
        abort(); /* cannot happen */
    }
    free(application);
}

static void on_log(uint32_t level, const char *text) {
    if (level == WSMAN_AUTHZ_LOG_LEVEL_ERROR) {
        fprintf(stderr, "plugin: %s\n", text);
    }
}

static const wsman_authz_policy policy = {
    .size = sizeof(wsman_authz_policy),
    .answer_within_ms = 60000,
    .start = start,
    .authorize_user = on_user,
    .authorize_operation = on_operation,
    .query_quota = on_quota,
    .drop_payload = forget,
    .drop_state = end,
    .log = on_log,
};

WSMAN_AUTHZ_EXPORT_PLUGIN(policy);
