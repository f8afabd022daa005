/* The host: user records, operations, requests, and what follows from an answer. */

hidden byte h_i, h_k, h_o, h_x;
hidden byte h_first, h_renewal, h_quota;    /* the pending requests of a user, as their place plus one */
hidden byte f_v, f_purpose, f_op, f_waiting;

inline find_pending(v) {
    h_first = 0; h_renewal = 0; h_quota = 0;
    for (h_i : 0 .. REQUESTS - 1) {
        if
        :: h_i < q_n && q_v[h_i] == v && q_purpose[h_i] == FIRST && h_first == 0 -> h_first = h_i + 1
        :: h_i < q_n && q_v[h_i] == v && q_purpose[h_i] == RENEWAL -> h_renewal = h_i + 1
        :: h_i < q_n && q_v[h_i] == v && q_purpose[h_i] == ABOUT_QUOTA -> h_quota = h_i + 1
        :: else
        fi
    }
}

/* An entry point is called. The new request is the youngest. */
inline ask(v, kind, purpose, o) {
    judge_ask(v, purpose);
    assert(q_n < REQUESTS);
    q_v[q_n] = v;
    q_kind[q_n] = kind;
    q_purpose[q_n] = purpose;
    q_op[q_n] = o;
    q_ends[q_n] = (OVERDUE == TIMES_OUT -> host_now + REQUEST_TIMEOUT + 1 : 0);
    q_at[q_n] = COMING;
    q_gate[q_n] = ask_gate;
    q_n++;
    moved[v] = 1
}

inline release_operation(o) {
    judge_operation_release(o);
    ol_at[o] = BACK;
    ol_gate[o] = release_gate
}

inline release_user(v, k) {
    judge_user_release(v, k);
    user_went = 1;
    ul_at[UL(v, k)] = BACK;
    ul_gate[UL(v, k)] = release_gate;
#ifdef FAULT_operation_lease_released_with_user
    for (h_k : v * OPERATIONS .. v * OPERATIONS + OPERATIONS - 1) {
        if :: ol_at[h_k] == HELD -> release_operation(h_k) :: else fi
    }
#endif
}

/* An open operation is over: it ends, then its lease does. */
inline close(o, ends) {
    op[o] = 0;
    if
    :: ol_at[o] == HELD ->
        ol_at[o] = 41;
#ifdef FAULT_cancelled_not_released
        if :: ends != CANCELLED -> release_operation(o) :: else fi
#else
        release_operation(o);
#endif
#ifdef FAULT_lease_released_twice
        release_operation(o)
#endif
    :: else
    fi
}

inline refuse_waiting(waiting) {
    for (h_o : 0 .. O - 1) {
        if :: IN(h_o, waiting) -> op[h_o] = 0 :: else fi
    }
}

/* A record ends; its lease is released, by `rule`. Nobody waits for its quota any more. */
inline end_record(v, rule) {
    find_held(v);
    record[v] = 0;
    record_as[v] = 0; record_quota[v] = 0; record_ends[v] = 0; record_refresh[v] = 0;
    if
    :: j_k != 0 ->
        h_k = j_k - 1;
        ul_at[UL(v, h_k)] = rule;
        if
#ifdef FAULT_old_kept_after_failure
        :: rule == 21
#endif
#ifdef FAULT_expiry_not_released
        :: rule == 34
#endif
        :: else -> release_user(v, h_k)
        fi
    :: else
    fi;
#ifdef FAULT_record_kept_after_failure
    if :: rule == 21 -> record[v] = 1; gone_by[v] = 23 :: else fi;
#endif
#ifdef FAULT_record_outlives_expiry
    if :: rule == 34 -> record[v] = 1; gone_by[v] = 34 :: else fi;
#endif
    find_pending(v);
    if
    :: h_quota != 0 -> refuse_waiting(q_waiting[h_quota - 1]); q_waiting[h_quota - 1] = 0
    :: else
    fi
}

/* The user was let in, or a quota is known: operations go on, in the order of their numbers. */
inline quota_or_operation(o) {
    find_pending(V_OF(o));
    if
    :: ON_QUOTA != 0 && !record_quota[V_OF(o)] ->
        if
        :: h_quota == 0 -> ask(V_OF(o), QUOTA, ABOUT_QUOTA, 0); h_quota = q_n
        :: else
        fi;
        op[o] = WAITING;
        q_waiting[h_quota - 1] = q_waiting[h_quota - 1] | (1 << o)
    :: else ->
        op[o] = AUTHORIZING;
        ask(V_OF(o), OPERATION, ABOUT_OPERATION, o)
    fi
}

inline go_on(waiting) {
    for (h_o : 0 .. O - 1) {
        if :: IN(h_o, waiting) -> quota_or_operation(h_o) :: else fi
    }
}

#define REFRESH_IS_DUE(v) (record_refresh[v] != 0 && record_refresh[v] - 1 <= host_now)
#define NEXT_REFRESH (REFRESH_AFTER >= 0 && (ON_QUOTA != 0 || REFRESH == QUOTA_AND_USER) \
                      -> host_now + REFRESH_AFTER + 1 : 0)

/* A client asks for an operation. */
inline request(v) {
    h_x = v * OPERATIONS + wanted[v];
    wanted[v]++;
    moved[v] = 1;
    if
    :: app[A_OF(v)] == RUNNING ->
        find_pending(v);
        if
#ifdef FAULT_asked_again
        :: true ->
#else
        :: !record[v] ->
#endif
            if
            :: h_first == 0 || AUTHORIZE_USER == PARALLEL -> ask(v, USER, FIRST, 0); h_first = q_n
            :: else
            fi;
#ifdef FAULT_operation_without_record
            op[h_x] = AUTHORIZING;
            ask(v, OPERATION, ABOUT_OPERATION, h_x)
#else
            op[h_x] = WAITING;
            q_waiting[h_first - 1] = q_waiting[h_first - 1] | (1 << h_x)
#endif
        :: record[v] && REFRESH_IS_DUE(v) && REFRESH == QUOTA_AND_USER && h_first == 0 && h_renewal == 0 ->
            ask(v, USER, RENEWAL, 0);
            op[h_x] = WAITING;
            q_waiting[q_n - 1] = q_waiting[q_n - 1] | (1 << h_x)
        :: record[v] && REFRESH_IS_DUE(v) && REFRESH != QUOTA_AND_USER && h_quota == 0 ->
            ask(v, QUOTA, ABOUT_QUOTA, 0);
            op[h_x] = WAITING;
            q_waiting[q_n - 1] = q_waiting[q_n - 1] | (1 << h_x)
        :: else -> quota_or_operation(h_x)
        fi
    :: else
    fi
}

inline renew(v) {
    find_pending(v);
    if
    :: record[v] && h_first == 0 && h_renewal == 0 ->
        moved[v] = 1;
        ask(v, USER, RENEWAL, 0);
#ifdef FAULT_release_before_acquire
        find_held(v);
        h_k = j_k - 1;
        release_user(v, h_k)
#endif
    :: else
    fi
}

/* An operation ends, in whatever phase it is. */
inline end_operation(o, ends) {
    if
    :: op[o] == WAITING ->
        for (h_i : 0 .. REQUESTS - 1) { q_waiting[h_i] = q_waiting[h_i] & ~(1 << o) }
        op[o] = 0
    :: op[o] == AUTHORIZING -> op[o] = GIVEN_UP; op_how[o] = ends
    :: op[o] == OPEN || op[o] == RESPONDED -> close(o, ends)
    :: else
    fi
}

#define SHAPE(o) ((o) % OPERATIONS == 0 -> SHAPE_FIRST : SHAPE_LATER)

inline respond(o) {
    if
    :: op[o] == OPEN && (SHAPE(o) == SIMPLE || SHAPE(o) == SHELL && LONG_OPERATIONS == RESPONSE) ->
        close(o, COMPLETED)
    :: op[o] == OPEN && !(SHAPE(o) == SIMPLE || SHAPE(o) == SHELL && LONG_OPERATIONS == RESPONSE) ->
        op[o] = RESPONDED
    :: else
    fi
}

/* A request ends without a yes: by a no, a refusal or a time-out. */
inline fail() {
    if
    :: f_purpose == FIRST || f_purpose == ABOUT_QUOTA -> refuse_waiting(f_waiting)
    :: f_purpose == RENEWAL ->
        refuse_waiting(f_waiting);
        if :: record[f_v] -> end_record(f_v, 21) :: else fi
    :: f_purpose == ABOUT_OPERATION -> op[f_op] = 0; op_how[f_op] = 0
    :: else
    fi
}
