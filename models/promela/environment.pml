/* The environment: what may happen in a state. Every choice is one way through one atomic step. */

#define START       1
#define START_FAILS 2
#define REQUEST     3
#define REAUTHORIZE 4
#define ANSWER      5
#define RESPOND     6
#define END         7
#define WAIT        8
#define SET_BACK    9
#define HOST_TICK   10
#define PLUG_IN_TICK 11
#define STOP        12
/* Crossings that arrive, where crossings race. */
#define ARRIVE_ENTRY     13
#define ARRIVE_COMPLETION 14
#define ARRIVE_RETURN    15
#define ARRIVE_USER_RELEASE 16
#define ARRIVE_OPERATION_RELEASE 17
#define ARRIVE_SHUTDOWN  18

#define ANY_REQUEST(is) (is(0) || is(1) || is(2) || is(3) || is(4) || is(5) || is(6) || is(7))
#define ANY_LEASE(is) (is(ul_at[0], ul_gate[0]) || is(ul_at[1], ul_gate[1]) || is(ul_at[2], ul_gate[2]) || \
    is(ul_at[3], ul_gate[3]) || is(ul_at[4], ul_gate[4]) || is(ul_at[5], ul_gate[5]) || \
    is(ul_at[6], ul_gate[6]) || is(ul_at[7], ul_gate[7]) || is(ol_at[0], ol_gate[0]) || \
    is(ol_at[1], ol_gate[1]) || is(ol_at[2], ol_gate[2]) || is(ol_at[3], ol_gate[3]))

#define MAY_REFUSE (REFUSAL == REFUSES && refusals < REFUSALS)

/* The policy may answer a question that it was asked; of one that is over it may give the reply back, or something
   that must not get lost. */
#define MENU(r) (q_kind[r] == USER -> ON_USER : (q_kind[r] == OPERATION -> ON_OPERATION : ON_QUOTA))
#define MAY_ANSWER(r, c) (q_reply[r] && (q_at[r] == ASKED && IN(c, MENU(r)) || \
    q_at[r] != ASKED && (c == DROP || (c == FRESH || c == TOKEN) && IN(c, MENU(r)))))
#define MAY_ANSWER_REFUSED(r, c) (q_reply[r] && q_at[r] == ASKED && IN(c, MENU(r)) && MAY_REFUSE && !RACING)
#define ANSWER_(r, c) \
    :: MAY_ANSWER(r, c) -> act = ANSWER; who = r; choice = c; refuse = 0 \
    :: MAY_ANSWER_REFUSED(r, c) -> act = ANSWER; who = r; choice = c; refuse = 1
#define ANSWERS(r) ANSWER_(r, FRESH) ANSWER_(r, SHARED) ANSWER_(r, BARE) ANSWER_(r, TOKEN) \
    ANSWER_(r, HOST_PROCESS) ANSWER_(r, DENY) ANSWER_(r, DENY_WITH_ZERO) ANSWER_(r, REDIRECT) \
    ANSWER_(r, BAD_REDIRECT) ANSWER_(r, DROP) ANSWER_(r, PANIC) ANSWER_(r, ZERO_TIMESLOT)

/* Where a policy is prompt, nothing else happens before it has answered. */
#define IS_ASKED(r) (q_at[r] == ASKED)
#define CALM (!PROMPT || !ANY_REQUEST(IS_ASKED))

#define ASKS_ABOUT_0(r) (q_v[r] == 0 && (q_purpose[r] == FIRST || q_purpose[r] == RENEWAL))
#define ASKS_ABOUT_1(r) (q_v[r] == 1 && (q_purpose[r] == FIRST || q_purpose[r] == RENEWAL))
#define CLIENT(v, ASKS_ABOUT) \
    :: CALM && v < V && wanted[v] < OPERATIONS && (app[A_OF(v)] == RUNNING || RACING && app[A_OF(v)] != 0) -> \
        act = REQUEST; who = v \
    :: CALM && v < V && renewals < REAUTHORIZATIONS && app[A_OF(v)] == RUNNING && record[v] && \
       !ANY_REQUEST(ASKS_ABOUT) -> act = REAUTHORIZE; who = v

#define IS_LIVE(o) (op[o] == WAITING || op[o] == AUTHORIZING || op[o] == OPEN || op[o] == RESPONDED)
#define ENDING(o) \
    :: CALM && op[o] == OPEN -> act = RESPOND; who = o \
    :: CALM && op[o] == RESPONDED -> act = END; who = o; how = COMPLETED \
    :: CALM && IS_LIVE(o) && IN(CANCELLED, ENDS) -> act = END; who = o; how = CANCELLED \
    :: CALM && IS_LIVE(o) && IN(TIMED_OUT, ENDS) -> act = END; who = o; how = TIMED_OUT \
    :: CALM && IS_LIVE(o) && IN(DISCONNECTED, ENDS) -> act = END; who = o; how = DISCONNECTED

#define APPLICATION(a) \
    :: CALM && a < APPLICATIONS && app[a] == 0 && starts[a] < STARTS -> act = START; who = a \
    :: CALM && a < APPLICATIONS && app[a] == 0 && starts[a] < STARTS && START_MAY_FAIL -> act = START_FAILS; who = a \
    :: CALM && a < APPLICATIONS && app[a] == RUNNING && STOPS -> act = STOP; who = a

#define TIME \
    :: CALM && waits < WAITS_ -> act = WAIT \
    :: CALM && set_backs < SET_BACKS && now > 0 -> act = SET_BACK \
    :: CALM && (HOST_IS_DUE || unseen) -> act = HOST_TICK \
    :: CALM && (PLUG_IN_IS_DUE || unseen) -> act = PLUG_IN_TICK; refuse = 0 \
    :: CALM && (PLUG_IN_IS_DUE || unseen) && MAY_REFUSE && !RACING -> act = PLUG_IN_TICK; refuse = 1

/* Crossings on their way. One from within a completion holds back its return; Shutdown waits for every entry (HA-13). */
#define IS_BACK(at, gate) (at == BACK)
#define IS_COMING(r) (q_at[r] == COMING)
#define ENTRIES_ARRIVED (!ANY_LEASE(IS_BACK) && !ANY_REQUEST(IS_COMING))
#define HOLDS_BACK(r, x) (q_at[r] == COMING && q_gate[r] == WITHIN(x))
#define RELEASE_HOLDS(at, gate, x) (at == BACK && gate == WITHIN(x))
#define HELD_BACK(x) (HOLDS_BACK(0, x) || HOLDS_BACK(1, x) || HOLDS_BACK(2, x) || HOLDS_BACK(3, x) || \
    HOLDS_BACK(4, x) || HOLDS_BACK(5, x) || HOLDS_BACK(6, x) || HOLDS_BACK(7, x) || \
    RELEASE_HOLDS(ul_at[0], ul_gate[0], x) || RELEASE_HOLDS(ul_at[1], ul_gate[1], x) || \
    RELEASE_HOLDS(ul_at[2], ul_gate[2], x) || RELEASE_HOLDS(ul_at[3], ul_gate[3], x) || \
    RELEASE_HOLDS(ol_at[0], ol_gate[0], x))
#define CROSSING(r) \
    :: RACING && q_at[r] == COMING && !WAITS(q_gate[r]) -> act = ARRIVE_ENTRY; who = r \
    :: RACING && q_at[r] == COMPLETING -> act = ARRIVE_COMPLETION; who = r; refuse = 0 \
    :: RACING && q_at[r] == COMPLETING && MAY_REFUSE -> act = ARRIVE_COMPLETION; who = r; refuse = 1 \
    :: RACING && q_at[r] == RETURNING && !HELD_BACK(r) -> act = ARRIVE_RETURN; who = r
#define USER_RELEASE(k) \
    :: RACING && ul_at[k] == BACK && !WAITS(ul_gate[k]) -> act = ARRIVE_USER_RELEASE; who = k
#define CROSSINGS \
    CROSSING(0) CROSSING(1) CROSSING(2) CROSSING(3) CROSSING(4) CROSSING(5) CROSSING(6) CROSSING(7) \
    USER_RELEASE(0) USER_RELEASE(1) USER_RELEASE(2) USER_RELEASE(3) \
    :: RACING && ol_at[0] == BACK && !WAITS(ol_gate[0]) -> act = ARRIVE_OPERATION_RELEASE; who = 0 \
    :: RACING && app[0] == STOPPING && ENTRIES_ARRIVED -> act = ARRIVE_SHUTDOWN; who = 0

/* Not an `inline`: those have a limited length. */
#define CHOOSE \
    if \
    ANSWERS(0) ANSWERS(1) ANSWERS(2) ANSWERS(3) ANSWERS(4) ANSWERS(5) ANSWERS(6) ANSWERS(7) \
    CLIENT(0, ASKS_ABOUT_0) \
    CLIENT(1, ASKS_ABOUT_1) \
    ENDING(0) ENDING(1) ENDING(2) ENDING(3) \
    APPLICATION(0) \
    APPLICATION(1) \
    TIME \
    CROSSINGS \
    fi
