/* two applications start, fail to start, stop and start again beside each other.
   Written by a test from the other model's scenario (UPDATE_PINS=1). */
#define USERS 1
#define OPERATIONS 1
#define APPLICATIONS 2
#define RACING 0
#define PROMPT 0
#define SHAPE_FIRST SIMPLE
#define SHAPE_LATER SIMPLE
#define ENDS (1 << TIMED_OUT)
#define ON_USER (1 << FRESH)
#define ON_OPERATION (1 << SHARED)
#define ON_QUOTA 0
#define REAUTHORIZATIONS 0
#define WAITS_ 0
#define SET_BACKS 0
#define REFUSALS 0
#define STARTS 2
#define STARTED 0
#define START_MAY_FAIL 1
#define STOPS 1
#define IDLE 2
#define REFRESH_AFTER -1
#define REQUEST_TIMEOUT 1
#define ANSWER_WITHIN -1
#include "../model.pml"
