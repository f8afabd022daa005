/* quotas, their refresh, and what is asked again with them.
   Written by a test from the other model's scenario (UPDATE_PINS=1). */
#define USERS 1
#define OPERATIONS 2
#define APPLICATIONS 1
#define RACING 0
#define PROMPT 0
#define SHAPE_FIRST SIMPLE
#define SHAPE_LATER SIMPLE
#define ENDS 0
#define ON_USER (1 << FRESH | 1 << DENY)
#define ON_OPERATION (1 << SHARED)
#define ON_QUOTA (1 << BARE | 1 << DENY)
#define REAUTHORIZATIONS 0
#define WAITS_ 3
#define SET_BACKS 0
#define REFUSALS 0
#define STARTS 1
#define STARTED 1
#define START_MAY_FAIL 0
#define STOPS 1
#define IDLE 4
#define REFRESH_AFTER 1
#define REQUEST_TIMEOUT 1
#define ANSWER_WITHIN -1
#include "../model.pml"
