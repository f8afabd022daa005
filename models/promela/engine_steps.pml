/* The plug-in's steps that end something: a completion returned, a release, Shutdown, its own deadline. */

#define open_gate(gate, x) if :: gate == AFTER_IT(x) -> gate = ANY_TIME :: else fi

/* What waited for the completion of `x` to return waits no more. */
inline open_gates(x) {
    for (e_i : 0 .. V * USER_LEASES - 1) { open_gate(ul_gate[e_i], x) }
    for (e_i : 0 .. O - 1) { open_gate(ol_gate[e_i], x) }
    for (e_i : 0 .. REQUESTS - 1) { open_gate(q_gate[e_i], x) }
}

/* A token of the policy's own: the host took it, or it is closed (CL-74). */
inline settle_token(x) {
    if
    :: !q_refused[x] ->
        tokens--;
#ifdef FAULT_token_closed_twice
        if :: tokens == 0 -> BREAKS(74) :: else -> tokens-- fi
#endif
    :: else ->
#ifndef FAULT_token_leaked
        tokens--
#endif
    fi
}

/* Shutdown is over: what the host left behind is freed, replies that are out show nothing any more (CL-13). */
inline drain(a) {
    for (e_x : 0 .. REQUESTS - 1) {
        if
        :: e_x < q_n && A_OF(q_v[e_x]) == a && (q_at[e_x] == COMPLETING || q_at[e_x] == RETURNING) -> BREAKS(54)
        :: e_x < q_n && A_OF(q_v[e_x]) == a && q_at[e_x] == ASKED -> BREAKS(50)
        :: else
        fi
    }
    for (e_v : a * USERS .. a * USERS + USERS - 1) {
        do
        :: ul_n[e_v] > 0 ->
#ifdef FAULT_shutdown_leaves_payloads
            remove_lease(e_v, 0)
#else
            end_user_lease(e_v, 0)
#endif
        :: else -> break
        od
    }
    for (e_x : a * USERS * OPERATIONS .. (a + 1) * USERS * OPERATIONS - 1) {
        if :: ol_at[e_x] != 0 -> end_operation_lease(e_x) :: else fi
    }
    for (e_x : 0 .. REQUESTS - 1) {
        if
        :: e_x < q_n && A_OF(q_v[e_x]) == a && q_pin[e_x] != 0 ->
            e_p = q_pin[e_x];
            q_pin[e_x] = 0;
            unpin(e_p)
        :: else
        fi
    }
    stopped(a)
}

inline drain_if_done(a) {
    e_open = 0;
    for (e_x : 0 .. REQUESTS - 1) {
        if
        :: e_x < q_n && A_OF(q_v[e_x]) == a && q_at[e_x] >= COMING && q_at[e_x] <= RETURNING -> e_open = 1
        :: else
        fi
    }
#ifdef FAULT_completion_after_shutdown
    e_open = 0;
#endif
    if :: app[a] == DRAINING && !e_open -> drain(a) :: else fi
}

/* The completion returned. What the host refused is taken back (CL-17), and a refused yes counts as a no (CL-23). */
inline returned(x) {
    e_v = q_v[x];
    drains = A_OF(e_v);
    open_gates(x);
    if :: q_as[x] == AS_TOKEN -> settle_token(x) :: else fi;
    if
    :: q_refused[x] ->
        if :: q_kind[x] == USER -> revoke(e_v, q_renews[x]) :: else fi;
        q_renews[x] = 0;
        if
        :: q_offer[x] != 0 && q_kind[x] == USER ->
            e_k = q_offer[x] - 1;
            q_offer[x] = 0;
#ifndef FAULT_refused_completion_kept
            end_user_lease(e_v, e_k)
#endif
        :: q_offer[x] != 0 && q_kind[x] != USER ->
            e_p = q_offer_pay[x];
            q_offer[x] = 0; q_offer_pay[x] = 0;
            unlease(e_p)
        :: else
        fi
    :: else
    fi;
    q_refused[x] = 0; q_renews[x] = 0; q_as[x] = 0;
    q_at[x] = OVER;
    if :: !q_reply[x] -> forget(x) :: else fi
}

/* Shutdown arrives: what is open is denied, and answered before Shutdown returns (CL-50, CL-54). */
inline shut_down(a) {
    app[a] = DRAINING;
    for (e_x : 0 .. REQUESTS - 1) {
        if :: e_x < q_n && A_OF(q_v[e_x]) == a && q_at[e_x] == ASKED -> deny(e_x) :: else fi
    }
    drains = a
}

/* A policy that is beyond the plug-in's deadline: denied in its place (CL-70). */
inline deny_overdue() {
    for (e_x : 0 .. REQUESTS - 1) {
        if
        :: e_x < q_n && q_at[e_x] == ASKED && q_deadline[e_x] != 0 && q_deadline[e_x] - 1 <= now ->
#ifdef FAULT_overdue_allows
            said_yes = 0;
            allow(e_x, 0, AS_HOST)
#else
            deny(e_x)
#endif
        :: else
        fi
    }
}

#define PLUG_IN_IS_DUE (DUE_(q_deadline[0]) || DUE_(q_deadline[1]) || DUE_(q_deadline[2]) || DUE_(q_deadline[3]) || \
    DUE_(q_deadline[4]) || DUE_(q_deadline[5]) || DUE_(q_deadline[6]) || DUE_(q_deadline[7]))
