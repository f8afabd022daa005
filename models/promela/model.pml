/* The second model of the protocol: host, plug-in and environment as one process that takes one atomic step after
   another. README.md says how it is built and how it is compared with the first one. */

#include "words.pml"
#include "state.pml"
#include "judge.pml"
#include "host.pml"
#include "host_steps.pml"
#include "engine.pml"
#include "engine_steps.pml"
#include "environment.pml"
#include "outline.pml"

hidden byte s_i;

/* A `d_step` must not end with a loop. */
#define STEP(sequence) d_step { sequence; skip }

/* Whether the host looks at the clock in this step, before anything else. */
#define IS_STEP_OF_HOST (act <= HOST_TICK && act != ANSWER && act != WAIT && act != SET_BACK || act == STOP)

inline begin() {
    for (s_i : 0 .. VISITORS - 1) { moved[s_i] = 0 }
    user_went = 0; said_yes = 0; dropped = 0;
    release_gate = ANY_TIME; ask_gate = ANY_TIME;
    if :: IS_STEP_OF_HOST -> look_at_clock() :: else fi
}

/* The environment's part of a step, and what the machine that it meets makes of it. (A `d_step` has a limited length,
   so there are several; together with the choice they are one atomic step.) */
inline perform() {
    if
    :: act == START -> app[who] = RUNNING; starts[who]++
    :: act == START_FAILS -> starts[who]++
    :: act == REQUEST -> STEP(request(who))
    :: act == REAUTHORIZE -> STEP(renewals++; renew(who))
    :: act == ANSWER -> STEP(answer(who))
    :: act == RESPOND -> STEP(respond(who))
    :: act == END -> STEP(end_operation(who, how))
    :: act == WAIT -> now++; waits++
    :: act == SET_BACK -> now--; set_backs++; unseen = 1
    :: act == HOST_TICK -> unseen = 0
    :: act == PLUG_IN_TICK -> unseen = 0; STEP(deny_overdue())
    :: act == STOP -> STEP(stop(who))
    :: else
    fi;
    if :: IS_STEP_OF_HOST -> STEP(keep_all_times()) :: else fi
}

#define COMES(r, gate) (q_at[r] == COMING && (gate))

/* Where crossings do not race, they arrive at once: first what belongs inside a completion, then its return, then the
   next completion, then the rest: releases, questions, Shutdown. `act` and `who` say which is next. */
inline find_next() {
    act = 0;
    for (s_i : 0 .. 1) {
        if :: app[s_i] == STOPPING -> act = ARRIVE_SHUTDOWN; who = s_i :: else fi
    }
    for (s_i : 1 .. REQUESTS) {
        if :: COMES(REQUESTS - s_i, q_gate[REQUESTS - s_i] == ANY_TIME) -> act = ARRIVE_ENTRY; who = REQUESTS - s_i
        :: else
        fi
    }
    find_release(ANY_TIME);
    for (s_i : 1 .. REQUESTS) {
        if :: q_at[REQUESTS - s_i] == COMPLETING -> act = ARRIVE_COMPLETION; who = REQUESTS - s_i :: else fi
    }
    for (s_i : 1 .. REQUESTS) {
        if :: q_at[REQUESTS - s_i] == RETURNING -> act = ARRIVE_RETURN; who = REQUESTS - s_i :: else fi
    }
    for (s_i : 1 .. REQUESTS) {
        if
        :: COMES(REQUESTS - s_i, q_gate[REQUESTS - s_i] != ANY_TIME && !WAITS(q_gate[REQUESTS - s_i])) ->
            act = ARRIVE_ENTRY; who = REQUESTS - s_i
        :: else
        fi
    }
    for (s_i : 0 .. REQUESTS - 1) { find_release(WITHIN(s_i)) }
}

inline find_release(gate) {
    for (m_i : 0 .. VISITORS * USER_LEASES - 1) {
        if :: ul_at[m_i] == BACK && ul_gate[m_i] == gate -> act = ARRIVE_USER_RELEASE; who = m_i :: else fi
    }
    for (m_i : 0 .. OPERATIONS_ - 1) {
        if :: ol_at[m_i] == BACK && ol_gate[m_i] == gate -> act = ARRIVE_OPERATION_RELEASE; who = m_i :: else fi
    }
}

inline arrive() {
    do
    :: true ->
        if :: !RACING -> STEP(find_next()) :: else fi;
        if
        :: act == ARRIVE_ENTRY -> STEP(enter(who))
        :: act == ARRIVE_COMPLETION -> STEP(hear(who)); STEP(complete(who))
        :: act == ARRIVE_RETURN -> STEP(returned(who)); STEP(drain_if_done(drains))
        :: act == ARRIVE_USER_RELEASE -> STEP(end_user_lease(who / USER_LEASES, who % USER_LEASES))
        :: act == ARRIVE_OPERATION_RELEASE -> STEP(end_operation_lease(who))
        :: act == ARRIVE_SHUTDOWN -> STEP(shut_down(who)); STEP(drain_if_done(drains))
        :: else -> break
        fi;
        if :: RACING || broken -> break :: else fi
    od;
    skip
}

active proctype world() {
end:
    do
    :: atomic {
        CHOOSE;
        STEP(begin());
        perform();
        arrive();
        d_step {
            judge_state();
            name_payloads();
            name_clock();
            act = 0; who = 0; choice = 0; how = 0; refuse = 0; drains = 0;
            print();
            assert(!broken)
        };
        if :: broken -> break :: else fi    /* nothing happens after that */
    }
    od
}
