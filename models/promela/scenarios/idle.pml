/* records expire, at their deadline and not before, with operations open and against new requests.
   Written by a test from the other model's scenario (UPDATE_PINS=1). */
#define USERS 1
#define OPERATIONS 2
#define APPLICATIONS 1
#define RACING 0
#define PROMPT 0
#define SHAPE_FIRST ENUMERATION
#define SHAPE_LATER SIMPLE
#define ENDS (1 << CANCELLED)
#define ON_USER (1 << FRESH)
#define ON_OPERATION (1 << SHARED)
#define ON_QUOTA 0
#define REAUTHORIZATIONS 0
#define WAITS_ 5
#define SET_BACKS 1
#define REFUSALS 0
#define STARTS 1
#define STARTED 1
#define START_MAY_FAIL 0
#define STOPS 1
#define IDLE 2
#define REFRESH_AFTER -1
#define REQUEST_TIMEOUT 1
#define ANSWER_WITHIN -1
#include "../model.pml"
