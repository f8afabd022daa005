/* wsman_authz.h: WS-Man (WinRM) authorization plug-ins in C and C++.
 *
 * Made by cbindgen from the sources in ffi/c; do not edit. C99 or newer, or C++11 or newer; 64 bits.
 *
 * A plug-in is a policy, which is a structure of callbacks, and one line:
 *
 *     static const wsman_authz_policy policy = {
 *         .size = sizeof policy,
 *         .authorize_user = on_user,
 *         .authorize_operation = on_operation,
 *         .drop_payload = on_drop,
 *     };
 *     WSMAN_AUTHZ_EXPORT_PLUGIN(policy);
 *
 * That line defines the six functions that the host looks for. They forward to the wsman_authz_plugin_ functions
 * below, which you may also call from exports that you write by hand.
 *
 * REQUESTS. Each question comes with the number of a request. Answer it once: in the callback, or later, from any
 * thread. A second answer returns WSMAN_AUTHZ_STATUS_STALE_REQUEST, one of the wrong kind
 * WSMAN_AUTHZ_STATUS_WRONG_KIND; neither does harm. A request that is not answered keeps its client waiting: until
 * answer_within_ms has passed, or until Shutdown; then it is denied. So if an answer is refused, deny:
 *
 *     if (wsman_authz_allow_user(request, member, WSMAN_AUTHZ_IDENTITY_CLIENT, NULL, 0) != WSMAN_AUTHZ_STATUS_OK) {
 *         free(member);
 *         wsman_authz_deny(request, 0, NULL);
 *     }
 *
 * OWNERSHIP. A payload is what you want to remember for a user or an operation: any pointer but NULL. The library
 * does not look behind it. It is yours until an answer with it returned OK. From then on it belongs to the library,
 * which counts the contexts that the host holds on it and calls drop_payload once, after the last one. The same holds
 * for tokens, which the library closes or the host takes. Everything that a callback is given is lent.
 *
 * THREADS. Callbacks come on any thread, several at a time, also from inside the functions of this header: the host
 * may put its next question inside the answer to the last one. No lock of the library is held then; hold none of
 * yours while you answer. Every function here may be called from every thread, but for a question that another thread
 * answers: see CA-05.
 *
 * ERRORS. Each function says what it may return, by the last words of the name: STALE_REQUEST stands for
 * WSMAN_AUTHZ_STATUS_STALE_REQUEST. Nothing is done halfway: but for INTERNAL, what is not OK changed nothing.
 *
 * WHAT YOU PROMISE. The library checks what it can; the rest is up to you:
 *
 * CA-01  A policy begins with its size. It stays where it is, unchanged, from its first Startup until its last
 *        Shutdown returned. A policy is known by its address.
 * CA-02  Each callback is a function of its type. It may be called from any thread, several at a time, and returns in
 *        the ordinary way: no longjmp and no C++ exception leaves it.
 * CA-03  A text that you pass is NULL or ends with a NUL.
 * CA-04  A pointer to a structure or to a result is NULL, or valid for its type until the function returned.
 * CA-05  A question, and what it points to, is not read after its request was answered and its callback returned.
 * CA-06  A token that you hand over is open, and nobody else closes it.
 * CA-07  A wsman_authz_plugin_ function is called with the functions and arguments of the host, by the export for it.
 */
#ifndef WSMAN_AUTHZ_H
#define WSMAN_AUTHZ_H


#include <stddef.h>
#include <stdint.h>
/* The types of the host, spelled as <wsman.h> has them, so that both headers may be included. */
struct _WSMAN_SENDER_DETAILS;
struct _WSMAN_AUTHZ_QUOTA;

#if defined(_WIN32)
typedef unsigned long wsman_authz_dword; /* DWORD */
typedef wchar_t wsman_authz_char;        /* WCHAR: UTF-16 */
#define WSMAN_AUTHZ_TEXT(literal) L##literal
#define WSMAN_AUTHZ_EXPORT __declspec(dllexport)
#else
typedef uint32_t wsman_authz_dword;
#if defined(__cplusplus)
typedef char16_t wsman_authz_char; /* UTF-16 */
#else
typedef uint16_t wsman_authz_char; /* UTF-16 */
#endif
#define WSMAN_AUTHZ_TEXT(literal) u##literal /* C11, C++11 */
#define WSMAN_AUTHZ_EXPORT __attribute__((visibility("default")))
#endif

typedef wsman_authz_dword (*wsman_authz_user_complete)(struct _WSMAN_SENDER_DETAILS *sender_details,
                                                       wsman_authz_dword flags, void *context, void *token,
                                                       int administrator, wsman_authz_dword error,
                                                       const wsman_authz_char *text);
typedef wsman_authz_dword (*wsman_authz_operation_complete)(struct _WSMAN_SENDER_DETAILS *sender_details,
                                                            wsman_authz_dword flags, void *context,
                                                            wsman_authz_dword error, const wsman_authz_char *text);
typedef wsman_authz_dword (*wsman_authz_quota_complete)(struct _WSMAN_SENDER_DETAILS *sender_details,
                                                        wsman_authz_dword flags, struct _WSMAN_AUTHZ_QUOTA *quota,
                                                        wsman_authz_dword error, const wsman_authz_char *text);


// What became of a call. Whatever is not OK changed nothing: the request is as it was, and a payload or token that
// was passed still belongs to the caller.
enum wsman_authz_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Done. What was handed over belongs to the library.
    WSMAN_AUTHZ_STATUS_OK = 0,
    // A pointer that must not be NULL is NULL.
    WSMAN_AUTHZ_STATUS_NULL_ARGUMENT = 1,
    // `size` is not that of this header's structure: the header and the library are of different versions.
    WSMAN_AUTHZ_STATUS_WRONG_SIZE = 2,
    // The policy lacks `authorize_user` or `authorize_operation`.
    WSMAN_AUTHZ_STATUS_MISSING_CALLBACK = 3,
    // No request ever had this number in this library.
    WSMAN_AUTHZ_STATUS_UNKNOWN_REQUEST = 4,
    // The request was answered before, or ended with its application's shutdown.
    WSMAN_AUTHZ_STATUS_STALE_REQUEST = 5,
    // The request is of another kind: a user's, an operation's, a quota's. It is still open.
    WSMAN_AUTHZ_STATUS_WRONG_KIND = 6,
    // No such identity; or WSMAN_AUTHZ_IDENTITY_TOKEN without a token; or another identity with one.
    WSMAN_AUTHZ_STATUS_BAD_IDENTITY = 7,
    // WSMAN_AUTHZ_IDENTITY_CLIENT, but the host has no token of this client (CL-72).
    WSMAN_AUTHZ_STATUS_NO_CLIENT_TOKEN = 8,
    // A payload was given, but the policy has no `drop_payload` that could end it.
    WSMAN_AUTHZ_STATUS_NO_DROP_PAYLOAD = 9,
    // A text is ill-formed, or longer than 65,536 units.
    WSMAN_AUTHZ_STATUS_BAD_TEXT = 10,
    // Not an absolute http or https URL (CL-73).
    WSMAN_AUTHZ_STATUS_BAD_URL = 11,
    // A time slot of 0 seconds (CL-80).
    WSMAN_AUTHZ_STATUS_BAD_QUOTA = 12,
    // No application of this policy was ever started.
    WSMAN_AUTHZ_STATUS_NOT_RUNNING = 13,
    // The library made a mistake, which was logged; whether the call had an effect is unknown.
    WSMAN_AUTHZ_STATUS_INTERNAL = 14,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum wsman_authz_status wsman_authz_status;
#else
typedef uint32_t wsman_authz_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What kind of question it is.
enum wsman_authz_question_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Answer with wsman_authz_allow_user, wsman_authz_redirect or wsman_authz_deny.
    WSMAN_AUTHZ_QUESTION_KIND_USER = 1,
    // Answer with wsman_authz_allow_operation or wsman_authz_deny.
    WSMAN_AUTHZ_QUESTION_KIND_OPERATION = 2,
    // Answer with wsman_authz_answer_quota or wsman_authz_deny.
    WSMAN_AUTHZ_QUESTION_KIND_QUOTA = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum wsman_authz_question_kind wsman_authz_question_kind;
#else
typedef uint32_t wsman_authz_question_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a user wants to do: the actions that the interface names.
enum wsman_authz_action
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Not a question about an operation.
    WSMAN_AUTHZ_ACTION_NONE = 0,
    // Read one resource.
    WSMAN_AUTHZ_ACTION_GET = 1,
    // Change one resource.
    WSMAN_AUTHZ_ACTION_PUT = 2,
    // Make a resource. A shell is made so, too: look at the resource URI.
    WSMAN_AUTHZ_ACTION_CREATE = 3,
    // Delete a resource.
    WSMAN_AUTHZ_ACTION_DELETE = 4,
    // List resources.
    WSMAN_AUTHZ_ACTION_ENUMERATE = 5,
    // Be told about events.
    WSMAN_AUTHZ_ACTION_SUBSCRIBE = 6,
    // Run a command in a shell.
    WSMAN_AUTHZ_ACTION_COMMAND = 7,
    // Any other: the method that Invoke calls.
    WSMAN_AUTHZ_ACTION_CUSTOM = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum wsman_authz_action wsman_authz_action;
#else
typedef uint32_t wsman_authz_action;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How much a line of the log matters.
enum wsman_authz_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Something that must not happen.
    WSMAN_AUTHZ_LOG_LEVEL_ERROR = 1,
    // The host or the policy broke the contract, or a request was denied for want of an answer.
    WSMAN_AUTHZ_LOG_LEVEL_WARNING = 2,
    // The ordinary life of an application.
    WSMAN_AUTHZ_LOG_LEVEL_INFORMATION = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum wsman_authz_log_level wsman_authz_log_level;
#else
typedef uint32_t wsman_authz_log_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Under whose identity the host carries out what a user asks for. There is no default (CL-72).
enum wsman_authz_identity
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // The client's own.
    WSMAN_AUTHZ_IDENTITY_CLIENT = 1,
    // That of a token that you hand over.
    WSMAN_AUTHZ_IDENTITY_TOKEN = 2,
    // That of the host process: every user who gets it can do what the process can do.
    WSMAN_AUTHZ_IDENTITY_HOST_PROCESS = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum wsman_authz_identity wsman_authz_identity;
#else
typedef uint32_t wsman_authz_identity;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A text in UTF-16.
typedef struct wsman_authz_text {
    // Its units, with a NUL behind the last one.
    const wsman_authz_char *units;
    // How many there are, without the NUL.
    size_t length;
} wsman_authz_text;

// Why an application starts: `wsman_authz_policy.start` is given one. Valid until that callback returns.
typedef struct wsman_authz_application {
    // Its name, such as wsman/MyCompany/MyApplication. Empty if the host gave none.
    struct wsman_authz_text identification;
    // The XML that is stored with the configuration of the plug-in. `units` is NULL if there is none.
    struct wsman_authz_text extra;
    // Reserved by the host.
    uint32_t flags;
} wsman_authz_application;

// Starts an application: writes its state through `state`. Returns 0, or an error code of Windows: the application
// then does not run, and no other callback is called for it.
typedef uint32_t (*wsman_authz_start_callback)(const struct wsman_authz_application *application, void **state);

// The number of a request. 0 is none, and none is used twice.
typedef uint64_t wsman_authz_request;

// The client's certificate. Texts are empty where the host gave none.
typedef struct wsman_authz_certificate {
    // The distinguished name of the subject.
    struct wsman_authz_text subject;
    // The distinguished name of the issuer.
    struct wsman_authz_text issuer;
    // The thumbprint of the issuer.
    struct wsman_authz_text issuer_thumbprint;
    // The subject's alternative name, or else its common name.
    struct wsman_authz_text subject_name;
} wsman_authz_certificate;

// One question. It, and what it points to, is valid until its request was answered and its callback returned,
// whichever is later; at the latest until `drop_state`. Nothing in it may be changed or freed.
typedef struct wsman_authz_question {
    // What to answer.
    wsman_authz_request request;
    // One of wsman_authz_question_kind.
    uint32_t kind;
    // The name of the user. Its form depends on the mechanism: DOMAIN\user for Windows authentication, as typed for
    // Basic, the subject for ClientCertificate. Empty if the host gave none. It identifies nobody without the
    // mechanism (CL-71).
    struct wsman_authz_text name;
    // How the user proved to be who they say: Basic, ClientCertificate, or the name of a security package.
    struct wsman_authz_text mechanism;
    // The URL of the HTTP request, with its query. `units` is NULL if there is none.
    struct wsman_authz_text url;
    // Only for the mechanism ClientCertificate; NULL otherwise.
    const struct wsman_authz_certificate *certificate;
    // The client's Windows token, lent until the request is answered; do not close it. NULL if the host has none.
    void *client_token;
    // What you gave for this user last, if anything: NULL otherwise. Valid until the request is answered.
    void *user_payload;
    // One of wsman_authz_action.
    uint32_t action;
    // The action as the host gave it. `units` is NULL unless the question is about an operation.
    struct wsman_authz_text action_uri;
    // What it is to be done to. `units` is NULL unless the question is about an operation.
    struct wsman_authz_text resource_uri;
    // The host's number for the kind of operation, without a published meaning.
    uint32_t operation;
} wsman_authz_question;

// Puts a question. Answer `question->request` now, or later and from any thread.
typedef void (*wsman_authz_question_callback)(void *state, const struct wsman_authz_question *question);

// Ends an application; `reason` is the host's: 1 system shutdown, 2 service shutdown, 3 IIS host shutdown, 4 idle
// time-out.
typedef void (*wsman_authz_shutdown_callback)(void *state, uint32_t reason);

// Ends a payload.
typedef void (*wsman_authz_drop_payload_callback)(void *state, void *payload);

// Ends the state of an application.
typedef void (*wsman_authz_drop_state_callback)(void *state);

// Takes a line of the log: UTF-8, without a line break at its end, valid until the callback returns. `level` is one
// of wsman_authz_log_level.
typedef void (*wsman_authz_log_callback)(uint32_t level, const char *text);

// A policy: who may come in, who may do what. Fill `size` and the callbacks; leave the others 0.
//
// The host calls from any thread and several at a time, and so are the callbacks called; no lock of the library is
// held meanwhile.
typedef struct wsman_authz_policy {
    // sizeof(wsman_authz_policy).
    size_t size;
    // How long a request may stay unanswered, in milliseconds, before it is denied (CL-70): at the next call of the
    // host, or on time with `watch_overdue`. 0: as long as the host waits. Taken at the first Startup.
    uint32_t answer_within_ms;
    // Not 0: a thread of the library's own denies overdue requests on time. It runs while an application does; what
    // it meets is not logged. Taken at the first Startup.
    uint32_t watch_overdue;
    // May be NULL: the state is then NULL.
    wsman_authz_start_callback start;
    // May this user do anything at all? Asked for the first request of a user, and again to re-authorize:
    // `question->user_payload` is then what you gave before.
    wsman_authz_question_callback authorize_user;
    // May this user do this? Asked for each operation of a user who was let in.
    wsman_authz_question_callback authorize_operation;
    // How much may this user do? NULL: wsman_authz_default_quota.
    wsman_authz_question_callback query_quota;
    // May be NULL. Whatever was unanswered has been denied, and no further question is put; one that was put before
    // may still be inside its callback. Join your threads here: the library may be unloaded soon after (CL-62).
    // Payloads may still be dropped, so do not free the state. Requests that you still hold become stale when this
    // returns.
    wsman_authz_shutdown_callback shutdown;
    // Called once for each payload that was handed over, when the host has released the last of its contexts
    // (CL-13). NULL only if you never give a payload.
    wsman_authz_drop_payload_callback drop_payload;
    // May be NULL. The last callback of an application: free the state.
    wsman_authz_drop_state_callback drop_state;
    // May be NULL. Called on whatever thread something happened; it may call the library.
    wsman_authz_log_callback log;
} wsman_authz_policy;

// How much a user may do.
typedef struct wsman_authz_quota {
    // Shells at a time.
    uint32_t shells;
    // Operations at a time.
    uint32_t operations;
    // The length of a time slot in seconds; not 0.
    uint32_t timeslot_s;
    // Operations in a time slot.
    uint32_t per_timeslot;
} wsman_authz_quota;

// What there is of a policy now, and what happened since it was first started.
typedef struct wsman_authz_statistics {
    // sizeof(wsman_authz_statistics); set it before the call.
    size_t size;
    // Applications that run.
    uint64_t applications;
    // Contexts that the host holds.
    uint64_t live_leases;
    // Payloads behind them, or looked at by requests.
    uint64_t payloads;
    // Requests that the host waits for.
    uint64_t open_requests;
    // Requests that you have not answered; those that were denied as overdue among them.
    uint64_t held_requests;
    // Answers that the host refused (CL-17).
    uint64_t refused_completions;
    // Times that the host or the policy broke the contract, such as releases of what is no live lease (CL-16). Each
    // is logged.
    uint64_t misuses;
    // Answers and look-ups that returned another status than OK: of all policies behind this library.
    uint64_t refused_answers;
} wsman_authz_statistics;

// The three functions of the host by which a plug-in answers. WSMAN_AUTHZ_EXPORT_PLUGIN fills it.
typedef struct wsman_authz_completions {
    // WSManPluginAuthzUserComplete.
    wsman_authz_user_complete user;
    // WSManPluginAuthzOperationComplete.
    wsman_authz_operation_complete operation;
    // WSManPluginAuthzQueryQuotaComplete.
    wsman_authz_quota_complete quota;
} wsman_authz_completions;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Whether a policy can be used; Startup refuses it otherwise, with ERROR_INVALID_PARAMETER (87).
//
// Returns OK, NULL_ARGUMENT, WRONG_SIZE, MISSING_CALLBACK.
//
// You promise:
// CA-01.
wsman_authz_status wsman_authz_check_policy(const struct wsman_authz_policy *policy);

// Yes to a user.
//
// `payload` is what you want to remember for the user: NULL for nothing, `question->user_payload` to go on with it
// (CL-22), or any other pointer, which is handed over: `drop_payload` is called for it once, when the host has
// released the last context that stands on it; that can be before this returns. `identity` is one of
// wsman_authz_identity. `token` is an open token for WSMAN_AUTHZ_IDENTITY_TOKEN, which is handed over (CL-74), and
// NULL otherwise. `administrator`, if not 0, lets the user see and delete the shells of others.
//
// Returns OK, UNKNOWN_REQUEST, STALE_REQUEST, WRONG_KIND, BAD_IDENTITY, NO_CLIENT_TOKEN, NO_DROP_PAYLOAD, INTERNAL.
// OK says that the answer was taken. It has no effect if the request was denied before, as overdue (CL-70) or by
// Shutdown; the payload is dropped then.
//
// You promise:
// CA-06.
wsman_authz_status wsman_authz_allow_user(wsman_authz_request request,
                                          void *payload,
                                          uint32_t identity,
                                          void *token,
                                          int32_t administrator);

// Sends a user elsewhere: to an absolute http or https URL (CL-73).
//
// Returns OK, NULL_ARGUMENT, BAD_TEXT, BAD_URL, UNKNOWN_REQUEST, STALE_REQUEST, WRONG_KIND, INTERNAL.
//
// You promise:
// CA-03.
wsman_authz_status wsman_authz_redirect(wsman_authz_request request, const wsman_authz_char *url);

// Yes to an operation.
//
// `payload` is what stays alive until the operation ends: NULL for nothing, `question->user_payload` to share what
// the user has, also beyond the user's own context, or any other pointer, which is handed over: `drop_payload` is
// called for it once, when the operation has ended.
//
// Returns OK, UNKNOWN_REQUEST, STALE_REQUEST, WRONG_KIND, NO_DROP_PAYLOAD, INTERNAL. For OK see
// wsman_authz_allow_user.
wsman_authz_status wsman_authz_allow_operation(wsman_authz_request request, void *payload);

// Says how much a user may do.
//
// Returns OK, NULL_ARGUMENT, BAD_QUOTA, UNKNOWN_REQUEST, STALE_REQUEST, WRONG_KIND, INTERNAL.
//
// You promise:
// CA-04.
wsman_authz_status wsman_authz_answer_quota(wsman_authz_request request, const struct wsman_authz_quota *quota);

// No, to a request of any kind.
//
// `error` is an error code of Windows for the client; 0 stands for ERROR_ACCESS_DENIED (5). `text` is shown to the
// client; it may be NULL.
//
// Returns OK, BAD_TEXT, UNKNOWN_REQUEST, STALE_REQUEST, INTERNAL.
//
// You promise:
// CA-03.
wsman_authz_status wsman_authz_deny(wsman_authz_request request, uint32_t error, const wsman_authz_char *text);

// The question of a request that is not answered, for when its pointer was not kept. Never a pointer to a question
// of another request.
//
// Returns OK, NULL_ARGUMENT, UNKNOWN_REQUEST, STALE_REQUEST, INTERNAL. Without OK, `question` is set to NULL.
//
// You promise:
// CA-04, CA-05.
wsman_authz_status wsman_authz_question_of(wsman_authz_request request, const struct wsman_authz_question **question);

// What you gave last for the user who asks: `question->user_payload`, by the number of the request.
//
// Returns OK, NULL_ARGUMENT, UNKNOWN_REQUEST, STALE_REQUEST, INTERNAL. Without OK, `payload` is set to NULL.
//
// You promise:
// CA-04, CA-05.
wsman_authz_status wsman_authz_user_payload(wsman_authz_request request, void **payload);

// Whether `text` is `expected`, unit for unit. 1 if so; 0 if not, also if either is NULL or `expected` is not UTF-8.
//
// You promise:
// CA-03; `text` is one of a question that is still valid (CA-05).
int32_t wsman_authz_text_is(struct wsman_authz_text text, const char *expected);

// Whether `text` begins with `beginning`. 1 if so; 0 if not, also if either is NULL or `beginning` is not UTF-8.
//
// You promise:
// CA-03; `text` is one of a question that is still valid (CA-05).
int32_t wsman_authz_text_starts_with(struct wsman_authz_text text, const char *beginning);

// Reads the numbers of a policy.
//
// Returns OK, NULL_ARGUMENT, WRONG_SIZE, NOT_RUNNING, INTERNAL.
//
// You promise:
// CA-04.
wsman_authz_status wsman_authz_read_statistics(const struct wsman_authz_policy *policy,
                                               struct wsman_authz_statistics *statistics);

// The quota of users whose plug-in has no opinion: the published defaults of the WinRM service, no throttling.
//
// Returns OK, NULL_ARGUMENT.
//
// You promise:
// CA-04.
wsman_authz_status wsman_authz_default_quota(struct wsman_authz_quota *quota);

// WSManPluginStartup: starts an application.
//
// Returns an error code of Windows: 0; ERROR_INVALID_PARAMETER (87) for a NULL `plugin_context`, an unreadable text,
// `completions` that lack a function, or a policy that wsman_authz_check_policy refuses; ERROR_ALREADY_EXISTS (183)
// for an application that runs; ERROR_NOT_ENOUGH_MEMORY (8); ERROR_INTERNAL_ERROR (1359); or what `start` returned.
//
// You promise:
// CA-01, CA-02, CA-04, CA-07.
wsman_authz_dword wsman_authz_plugin_startup(const struct wsman_authz_policy *policy,
                                             const struct wsman_authz_completions *completions,
                                             wsman_authz_dword flags,
                                             const wsman_authz_char *application_identification,
                                             const wsman_authz_char *extra_info,
                                             void **plugin_context);

// WSManPluginShutdown: ends an application. Denies what is unanswered, calls `shutdown`, drops every payload, waits
// until everything is out (at most 2 seconds for a callback that does not return), calls `drop_state`.
//
// Returns an error code of Windows: 0; ERROR_INVALID_PARAMETER (87) for an application that does not run;
// ERROR_INTERNAL_ERROR (1359).
wsman_authz_dword wsman_authz_plugin_shutdown(const struct wsman_authz_policy *policy,
                                              void *plugin_context,
                                              wsman_authz_dword flags,
                                              wsman_authz_dword reason);

// WSManPluginAuthzUser: puts a question to `authorize_user`.
//
// You promise:
// CA-07.
void wsman_authz_plugin_authorize_user(const struct wsman_authz_policy *policy,
                                       void *plugin_context,
                                       struct _WSMAN_SENDER_DETAILS *sender_details,
                                       wsman_authz_dword flags);

// WSManPluginAuthzOperation: puts a question to `authorize_operation`.
//
// You promise:
// CA-07.
void wsman_authz_plugin_authorize_operation(const struct wsman_authz_policy *policy,
                                            void *plugin_context,
                                            struct _WSMAN_SENDER_DETAILS *sender_details,
                                            wsman_authz_dword flags,
                                            wsman_authz_dword operation,
                                            const wsman_authz_char *action,
                                            const wsman_authz_char *resource_uri);

// WSManPluginAuthzQueryQuota: puts a question to `query_quota`.
//
// You promise:
// CA-07.
void wsman_authz_plugin_query_quota(const struct wsman_authz_policy *policy,
                                    void *plugin_context,
                                    struct _WSMAN_SENDER_DETAILS *sender_details,
                                    wsman_authz_dword flags);

// WSManPluginAuthzReleaseContext: ends a lease, and its payload if it was the last on it. Any value is safe: it is
// looked up, not followed. One that is no live lease changes nothing and is counted as misuse (CL-16).
void wsman_authz_plugin_release_context(const struct wsman_authz_policy *policy, void *context);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#if defined(__cplusplus)
#define WSMAN_AUTHZ_C extern "C"
#else
#define WSMAN_AUTHZ_C extern
#endif

/* The functions of the host by which a plug-in answers, as <wsman.h> declares them. On Windows they are in
 * wsmsvc.dll; elsewhere the program that loads the plug-in provides them. */
WSMAN_AUTHZ_C wsman_authz_dword WSManPluginAuthzUserComplete(struct _WSMAN_SENDER_DETAILS *sender_details,
                                                             wsman_authz_dword flags, void *context, void *token,
                                                             int administrator, wsman_authz_dword error,
                                                             const wsman_authz_char *text);
WSMAN_AUTHZ_C wsman_authz_dword WSManPluginAuthzOperationComplete(struct _WSMAN_SENDER_DETAILS *sender_details,
                                                                  wsman_authz_dword flags, void *context,
                                                                  wsman_authz_dword error,
                                                                  const wsman_authz_char *text);
WSMAN_AUTHZ_C wsman_authz_dword WSManPluginAuthzQueryQuotaComplete(struct _WSMAN_SENDER_DETAILS *sender_details,
                                                                   wsman_authz_dword flags,
                                                                   struct _WSMAN_AUTHZ_QUOTA *quota,
                                                                   wsman_authz_dword error,
                                                                   const wsman_authz_char *text);

/* Exports a policy: once in a library, at file scope, with a semicolon behind it. */
#define WSMAN_AUTHZ_EXPORT_PLUGIN(policy)                                                                             \
    WSMAN_AUTHZ_C WSMAN_AUTHZ_EXPORT wsman_authz_dword WSManPluginStartup(                                            \
        wsman_authz_dword flags, const wsman_authz_char *application_identification,                                  \
        const wsman_authz_char *extra_info, void **plugin_context);                                                   \
    wsman_authz_dword WSManPluginStartup(wsman_authz_dword flags, const wsman_authz_char *application_identification, \
                                         const wsman_authz_char *extra_info, void **plugin_context) {                 \
        wsman_authz_completions completions;                                                                          \
        completions.user = WSManPluginAuthzUserComplete;                                                              \
        completions.operation = WSManPluginAuthzOperationComplete;                                                    \
        completions.quota = WSManPluginAuthzQueryQuotaComplete;                                                       \
        return wsman_authz_plugin_startup(&(policy), &completions, flags, application_identification, extra_info,     \
                                          plugin_context);                                                            \
    }                                                                                                                 \
    WSMAN_AUTHZ_C WSMAN_AUTHZ_EXPORT wsman_authz_dword WSManPluginShutdown(                                           \
        void *plugin_context, wsman_authz_dword flags, wsman_authz_dword reason);                                     \
    wsman_authz_dword WSManPluginShutdown(void *plugin_context, wsman_authz_dword flags, wsman_authz_dword reason) {  \
        return wsman_authz_plugin_shutdown(&(policy), plugin_context, flags, reason);                                 \
    }                                                                                                                 \
    WSMAN_AUTHZ_C WSMAN_AUTHZ_EXPORT void WSManPluginAuthzUser(                                                       \
        void *plugin_context, struct _WSMAN_SENDER_DETAILS *sender_details, wsman_authz_dword flags);                 \
    void WSManPluginAuthzUser(void *plugin_context, struct _WSMAN_SENDER_DETAILS *sender_details,                     \
                              wsman_authz_dword flags) {                                                              \
        wsman_authz_plugin_authorize_user(&(policy), plugin_context, sender_details, flags);                          \
    }                                                                                                                 \
    WSMAN_AUTHZ_C WSMAN_AUTHZ_EXPORT void WSManPluginAuthzOperation(                                                  \
        void *plugin_context, struct _WSMAN_SENDER_DETAILS *sender_details, wsman_authz_dword flags,                  \
        wsman_authz_dword operation, const wsman_authz_char *action, const wsman_authz_char *resource_uri);           \
    void WSManPluginAuthzOperation(void *plugin_context, struct _WSMAN_SENDER_DETAILS *sender_details,                \
                                   wsman_authz_dword flags, wsman_authz_dword operation,                              \
                                   const wsman_authz_char *action, const wsman_authz_char *resource_uri) {            \
        wsman_authz_plugin_authorize_operation(&(policy), plugin_context, sender_details, flags, operation, action,   \
                                               resource_uri);                                                         \
    }                                                                                                                 \
    WSMAN_AUTHZ_C WSMAN_AUTHZ_EXPORT void WSManPluginAuthzQueryQuota(                                                 \
        void *plugin_context, struct _WSMAN_SENDER_DETAILS *sender_details, wsman_authz_dword flags);                 \
    void WSManPluginAuthzQueryQuota(void *plugin_context, struct _WSMAN_SENDER_DETAILS *sender_details,               \
                                    wsman_authz_dword flags) {                                                        \
        wsman_authz_plugin_query_quota(&(policy), plugin_context, sender_details, flags);                             \
    }                                                                                                                 \
    WSMAN_AUTHZ_C WSMAN_AUTHZ_EXPORT void WSManPluginAuthzReleaseContext(void *context);                              \
    void WSManPluginAuthzReleaseContext(void *context) { wsman_authz_plugin_release_context(&(policy), context); }    \
    struct wsman_authz_exported

#endif /* WSMAN_AUTHZ_H */
