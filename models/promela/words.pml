/* Numbers with names: the words of SPEC.md, the choices of the dialects, the sizes of the tables. */

/* An application, as the host has it; from `draining` on the plug-in knows of Shutdown too. */
#define RUNNING     1
#define STOPPING    2
#define DRAINING    3

/* An operation. */
#define WAITING     1   /* for the answer to a question about its user */
#define AUTHORIZING 2   /* the plug-in is asked about it */
#define GIVEN_UP    3   /* it ended while the plug-in was asked about it */
#define OPEN        4
#define RESPONDED   5   /* open, and the response was sent */

/* How long an operation lasts. */
#define SIMPLE      0
#define ENUMERATION 1
#define SHELL       2

/* How an operation ends; also bit numbers in ENDS. */
#define COMPLETED    0
#define CANCELLED    1
#define TIMED_OUT 2
#define DISCONNECTED 3

/* The kind of a request. */
#define USER        0
#define OPERATION   1
#define QUOTA       2

/* What a request is to the host. */
#define FORGOTTEN   0   /* answered, or its application is gone */
#define FIRST       1   /* may this user come in? */
#define RENEWAL     2   /* may this user stay? */
#define ABOUT_QUOTA 3
#define ABOUT_OPERATION 4
#define LATE   5   /* the host waits no longer, but knows a late completion */

/* Where a request is. */
#define COMING      1   /* the entry point is called, the plug-in has not seen it */
#define ASKED       2   /* the policy is to answer */
#define COMPLETING  3   /* the completion is on its way to the host */
#define RETURNING   4   /* the completion function is about to return */
#define OVER        5   /* only the policy's reply may still be out */

/* Where a lease is. A number of a rule instead says that the host let go of it, and must release it by that rule. */
#define OFFERED     1   /* in a completion that the host has not accepted */
#define HELD        2   /* by a user record or an open operation */
#define BACK        3   /* its release is on its way */
#define LEFT        4   /* the host abandoned it at Shutdown */
#define DUE_NOW     99  /* to be released in this very step, which is Shutdown's */

/* When a crossing that a completion brought about may arrive: at any time, before that completion returns, after. */
#define ANY_TIME    0
#define WITHIN(r)   (1 + (r))
#define AFTER_IT(r) (51 + (r))
#define WAITS(gate) ((gate) >= 51)

/* Under which identity the operations of a user run. */
#define AS_CLIENT   1
#define AS_TOKEN    2
#define AS_HOST     3

/* What the policy does with a question; bit numbers in the menus ON_USER, ON_OPERATION, ON_QUOTA. */
#define FRESH           0
#define SHARED          1
#define BARE            2
#define TOKEN           3
#define HOST_PROCESS    4
#define DENY            5
#define DENY_WITH_ZERO  6
#define REDIRECT        7
#define BAD_REDIRECT    8
#define DROP            9
#define PANIC           10
#define ZERO_TIMESLOT   11

/* The dialect: `-DFIELD=CHOICE` for each field that is not the default. Left out are the fields that make no
   difference to a plug-in that never reports a value twice, or a context with a failure, and the address of a
   request, which is only its name. */
#define AFTER       0
#define INSIDE      1
#define CONCURRENT  2
#ifndef RELEASE_TIMING
#define RELEASE_TIMING AFTER
#endif
#define COALESCE    0
#define PARALLEL    1
#ifndef AUTHORIZE_USER
#define AUTHORIZE_USER COALESCE
#endif
#define PINNED      0
#define USER_FIRST  1
#define OPERATIONS_FIRST 2
#ifndef EXPIRY
#define EXPIRY PINNED
#endif
#define OBJECT      0
#define RESPONSE    1
#ifndef LONG_OPERATIONS
#define LONG_OPERATIONS OBJECT
#endif
#define RELEASED    0
#define ABANDONED   1
#ifndef SHUTDOWN
#define SHUTDOWN RELEASED
#endif
#define WAITS_FOR_EVER 0
#define TIMES_OUT   1
#ifndef OVERDUE
#define OVERDUE WAITS_FOR_EVER
#endif
#define QUOTA_AND_USER 1
#ifndef REFRESH
#define REFRESH 0
#endif
#define RECORDS     0
#define NESTS       1
#ifndef REENTRANCY
#define REENTRANCY RECORDS
#endif
#define ACCEPTS     0
#define REFUSES     1
#ifndef REFUSAL
#define REFUSAL ACCEPTS
#endif

/* Tables. Visitors are the users of all applications; overflowing a table is an error, not a bound. */
#define VISITORS    2
#define OPERATIONS_ 4
#define REQUESTS    8
#define USER_LEASES 4   /* of each visitor */
#define PAYLOADS    12

#define V           (APPLICATIONS * USERS)
#define O           (V * OPERATIONS)
#define A_OF(v)     ((v) / USERS)
#define V_OF(o)     ((o) / OPERATIONS)
#define UL(v, k)    ((v) * USER_LEASES + (k))
#define IN(bit_, menu) (((menu) >> (bit_)) & 1)
