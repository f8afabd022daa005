/* everything a policy can say, to one user; refused completions; misuse tried in every state.
   Written by a test from the other model's scenario (UPDATE_PINS=1). */
#define USERS 1
#define OPERATIONS 1
#define APPLICATIONS 1
#define RACING 0
#define PROMPT 0
#define SHAPE_FIRST SIMPLE
#define SHAPE_LATER SIMPLE
#define ENDS 0
#define ON_USER (1 << FRESH | 1 << SHARED | 1 << BARE | 1 << TOKEN | 1 << HOST_PROCESS | 1 << DENY | 1 << DENY_WITH_ZERO | 1 << REDIRECT | 1 << BAD_REDIRECT | 1 << DROP | 1 << PANIC)
#define ON_OPERATION (1 << FRESH | 1 << SHARED | 1 << BARE | 1 << DENY | 1 << DENY_WITH_ZERO | 1 << DROP | 1 << PANIC)
#define ON_QUOTA (1 << BARE | 1 << ZERO_TIMESLOT | 1 << DENY | 1 << DROP | 1 << PANIC)
#define REAUTHORIZATIONS 1
#define WAITS_ 0
#define SET_BACKS 0
#define REFUSALS 1
#define STARTS 1
#define STARTED 1
#define START_MAY_FAIL 0
#define STOPS 1
#define IDLE 2
#define REFRESH_AFTER -1
#define REQUEST_TIMEOUT 1
#define ANSWER_WITHIN -1
#include "../model.pml"
