/* The host's steps: it looks at the clock, takes a completion, stops an application. */

hidden byte t_i, t_v, t_x, t_o;
hidden byte t_due;
hidden byte c_v, c_purpose, c_op, c_waiting;

/* Deadlines of records, after each step: an idle record has one, and each request of its user moves it. */
inline keep_time(v) {
    find_busy(v);
#ifdef FAULT_expires_under_operation
    find_pending(v);
    j_found = h_first != 0 || h_renewal != 0 || h_quota != 0;
#endif
    if
    :: !record[v] || j_found -> record_ends[v] = 0
    :: else ->
        if
#ifdef FAULT_deadline_not_moved
        :: record_ends[v] == 0 ->
#else
        :: record_ends[v] == 0 || moved[v] ->
#endif
#ifdef FAULT_expires_early
            record_ends[v] = host_now + IDLE
#else
            record_ends[v] = host_now + IDLE + 1
#endif
        :: else
        fi
    fi;
    note_idle(v);
    moved[v] = 0
}

inline expire(v) {
    judge_expiry(v);
    if
    :: EXPIRY == OPERATIONS_FIRST ->
        for (t_o : v * OPERATIONS .. v * OPERATIONS + OPERATIONS - 1) {
            if :: op[t_o] != WAITING -> end_operation(t_o, CANCELLED) :: else fi
        }
    :: else
    fi;
    end_record(v, 34)
}

/* The host waits no longer. Late completions are known as such, until they come. */
inline time_out(x) {
    f_v = q_v[x]; f_purpose = q_purpose[x]; f_op = q_op[x]; f_waiting = q_waiting[x];
    q_purpose[x] = LATE;
    q_op[x] = 0; q_waiting[x] = 0; q_ends[x] = 0;
    fail()
}

/* The host looks at the clock: whatever is due happens, the earliest first, requests before records. */
inline look_at_clock() {
    release_gate = ANY_TIME;
    ask_gate = ANY_TIME;
#ifdef FAULT_host_clock_runs_backwards
    if :: now < host_now -> BREAKS(35) :: else fi;
    host_now = now;
#else
    if :: now > host_now -> host_now = now :: else fi;
#endif
    do
    :: true ->
        t_due = host_now + 2; t_x = REQUESTS; t_v = VISITORS;
        for (t_i : 0 .. REQUESTS - 1) {
            if
            :: t_i < q_n && q_ends[t_i] != 0 && q_ends[t_i] < t_due -> t_due = q_ends[t_i]; t_x = t_i
            :: else
            fi
        }
        for (t_i : 0 .. V - 1) {
            if
            :: record_ends[t_i] != 0 && record_ends[t_i] < t_due ->
                t_due = record_ends[t_i]; t_v = t_i; t_x = REQUESTS
            :: else
            fi
        }
        if
        :: t_x < REQUESTS -> t_v = q_v[t_x]; time_out(t_x); keep_time(t_v)
        :: t_x == REQUESTS && t_v < VISITORS -> expire(t_v); keep_time(t_v)
        :: else -> break
        fi
    od
}

/* Is something due that the host has not done? */
#define DUE_(moment) ((moment) != 0 && (moment) - 1 <= now)
#define HOST_IS_DUE (DUE_(record_ends[0]) || DUE_(record_ends[1]) || DUE_(q_ends[0]) || DUE_(q_ends[1]) || \
    DUE_(q_ends[2]) || DUE_(q_ends[3]) || DUE_(q_ends[4]) || DUE_(q_ends[5]) || DUE_(q_ends[6]) || DUE_(q_ends[7]))

inline quota_is_known() {
    if
    :: record[c_v] -> record_quota[c_v] = 1; record_refresh[c_v] = NEXT_REFRESH
    :: else
    fi;
    go_on(c_waiting)
}

/* What a yes means to a host that runs. The lease begins here, at the entry of the completion (CL-10). */
inline succeed(x) {
    if
    :: c_purpose == FIRST && !record[c_v] ->
        ul_at[UL(c_v, q_offer[x] - 1)] = HELD;
        record[c_v] = 1;
        record_as[c_v] = q_as[x];
        record_refresh[c_v] = NEXT_REFRESH;
        go_on(c_waiting)
    :: c_purpose == FIRST && record[c_v] ->       /* the record that was first stays (CL-11) */
        ul_at[UL(c_v, q_offer[x] - 1)] = 11;
#ifndef FAULT_loser_not_released
        release_user(c_v, q_offer[x] - 1);
#endif
        go_on(c_waiting)
    :: c_purpose == RENEWAL ->
        find_held(c_v);
        h_k = j_k - 1;
        ul_at[UL(c_v, q_offer[x] - 1)] = HELD;    /* acquire (CL-20) … */
        if
        :: j_k != 0 ->
            ul_at[UL(c_v, h_k)] = 21;
#ifndef FAULT_old_kept_after_success
            release_user(c_v, h_k)                /* … before release (CL-21) */
#endif
        :: else
        fi;
        record_as[c_v] = q_as[x];
        record_quota[c_v] = 0;
        record_refresh[c_v] = NEXT_REFRESH;
        go_on(c_waiting)
    :: c_purpose == ABOUT_OPERATION ->
        if :: q_offer[x] != 0 -> ol_at[c_op] = HELD; ol_pay[c_op] = q_offer_pay[x] :: else fi;
        q_offer_pay[x] = 0;
        if
        :: op[c_op] == GIVEN_UP ->
            t_o = op_how[c_op];
            op_how[c_op] = 0;
            close(c_op, t_o)
        :: else ->
            op[c_op] = OPEN;
#ifdef FAULT_operation_released_early
            if :: ol_at[c_op] == HELD -> release_operation(c_op) :: else fi
#endif
        fi
    :: c_purpose == ABOUT_QUOTA -> quota_is_known()
    :: else
    fi
}

/* Nothing can be released any more: a lease is refused, or abandoned where the host abandons (D7). */
inline complete_while_stopping(x) {
    if
    :: q_yes[x] && q_offer[x] != 0 && SHUTDOWN == RELEASED -> q_refused[x] = 1
    :: q_yes[x] && q_offer[x] != 0 && SHUTDOWN == ABANDONED && q_kind[x] == USER ->
        ul_at[UL(c_v, q_offer[x] - 1)] = LEFT
    :: q_yes[x] && q_offer[x] != 0 && SHUTDOWN == ABANDONED && q_kind[x] != USER ->
        ol_at[c_op] = LEFT; ol_pay[c_op] = q_offer_pay[x]
    :: else
    fi;
    if :: c_purpose == ABOUT_OPERATION -> op[c_op] = 0; op_how[c_op] = 0 :: else fi
}

inline keep_all_times() {
    for (t_v : 0 .. V - 1) { keep_time(t_v) }
}

/* A completion reaches the host. It ends its request in any case; if it is refused, nothing was taken (CL-17). */
inline hear(x) {
    look_at_clock();
    refusals = refusals + refuse
}

inline complete(x) {
    c_v = q_v[x]; c_purpose = q_purpose[x]; c_op = q_op[x]; c_waiting = q_waiting[x];
    q_purpose[x] = FORGOTTEN;
    q_op[x] = 0; q_waiting[x] = 0; q_ends[x] = 0;
    release_gate = (RELEASE_TIMING == AFTER -> AFTER_IT(x) : WITHIN(x));
    ask_gate = (REENTRANCY == RECORDS -> AFTER_IT(x) : WITHIN(x));
    q_refused[x] = 0;
    f_v = c_v; f_purpose = c_purpose; f_op = c_op; f_waiting = c_waiting;
    if
    :: c_purpose == LATE || refuse ->
        q_refused[x] = 1;
        if :: c_purpose == ABOUT_QUOTA -> quota_is_known() :: else -> fail() fi
    :: !(c_purpose == LATE || refuse) && app[A_OF(c_v)] != RUNNING -> complete_while_stopping(x)
    :: !(c_purpose == LATE || refuse) && app[A_OF(c_v)] == RUNNING && q_yes[x] -> succeed(x)
    :: else -> fail()
    fi;
    q_at[x] = RETURNING;
    q_yes[x] = 0;
    if :: q_as[x] != AS_TOKEN -> q_as[x] = 0 :: else fi;
    if :: !q_refused[x] -> q_offer[x] = 0; q_offer_pay[x] = 0; q_renews[x] = 0 :: else fi;
    refuse = 0;
    keep_all_times()
}

/* What the stopping host held: released, or left. */
inline let_go(a) {
    for (t_i : 0 .. V * USER_LEASES - 1) {
        if
        :: A_OF(t_i / USER_LEASES) == a && ul_at[t_i] == DUE_NOW && SHUTDOWN == RELEASED ->
            t_v = t_i / USER_LEASES;
            h_k = t_i % USER_LEASES;
            release_user(t_v, h_k)
        :: A_OF(t_i / USER_LEASES) == a && ul_at[t_i] >= HELD && ul_at[t_i] != BACK && SHUTDOWN == ABANDONED ->
            ul_at[t_i] = LEFT
        :: else
        fi
    }
    for (t_o : 0 .. O - 1) {
        if
        :: A_OF(V_OF(t_o)) == a && ol_at[t_o] == DUE_NOW && SHUTDOWN == RELEASED -> release_operation(t_o)
        :: A_OF(V_OF(t_o)) == a && ol_at[t_o] >= HELD && ol_at[t_o] != BACK && SHUTDOWN == ABANDONED ->
            ol_at[t_o] = LEFT
        :: else
        fi
    }
}

/* Shutdown: every operation ends, then every record, and every lease is released or left behind. */
inline stop(a) {
    app[a] = STOPPING;
    for (t_o : 0 .. O - 1) {
        if
        :: A_OF(V_OF(t_o)) == a && (op[t_o] == OPEN || op[t_o] == RESPONDED) ->
            op[t_o] = 0;
            if :: ol_at[t_o] == HELD -> ol_at[t_o] = DUE_NOW :: else fi
        :: A_OF(V_OF(t_o)) == a && op[t_o] == WAITING -> op[t_o] = 0
        :: A_OF(V_OF(t_o)) == a && op[t_o] == AUTHORIZING -> op[t_o] = GIVEN_UP; op_how[t_o] = CANCELLED
        :: else
        fi
    }
    for (t_x : 0 .. REQUESTS - 1) {
        if
        :: t_x < q_n && A_OF(q_v[t_x]) == a ->
            q_waiting[t_x] = 0;
            if
            :: SHUTDOWN == RELEASED && q_purpose[t_x] == RENEWAL -> q_purpose[t_x] = LATE; q_ends[t_x] = 0
            :: else
            fi
        :: else
        fi
    }
    for (t_v : 0 .. V - 1) {
        if
        :: A_OF(t_v) == a && record[t_v] ->
            find_held(t_v);
            record[t_v] = 0;
            record_as[t_v] = 0; record_quota[t_v] = 0; record_ends[t_v] = 0; record_refresh[t_v] = 0;
            gone_by[t_v] = 0;
#ifndef FAULT_record_left_at_shutdown
            if :: j_k != 0 -> ul_at[UL(t_v, j_k - 1)] = DUE_NOW :: else fi
#endif
        :: else
        fi
    }
    let_go(a);
    judge_shutdown(a)
}

/* Shutdown returned: the application is forgotten, with every request that was not completed. */
inline stopped(a) {
    look_at_clock();
    app[a] = 0;
    for (t_o : 0 .. O - 1) {
        if :: A_OF(V_OF(t_o)) == a -> op[t_o] = 0; op_how[t_o] = 0 :: else fi
    }
    for (t_x : 0 .. REQUESTS - 1) {
        if
        :: t_x < q_n && A_OF(q_v[t_x]) == a ->
            q_purpose[t_x] = FORGOTTEN;
            q_op[t_x] = 0; q_waiting[t_x] = 0; q_ends[t_x] = 0
        :: else
        fi
    }
    keep_all_times()
}
