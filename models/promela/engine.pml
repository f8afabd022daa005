/* The plug-in: requests, leases, payload counts, grants. */

hidden byte e_i, e_k, e_v, e_p, e_x, e_low;
hidden byte e_open;

/* e_k: the grant that speaks for `v`, the newest that is not revoked, as its place plus one. */
inline find_grant(v) {
    e_k = 0;
    for (e_i : 0 .. USER_LEASES - 1) {
        if :: e_i < ul_n[v] && !ul_revoked[UL(v, e_i)] -> e_k = e_i + 1 :: else fi
    }
}

inline unlease(p) {
    if
    :: p != 0 ->
#ifdef FAULT_payload_dropped_with_first_lease
        judge_drop(p);
#endif
        if :: p_leases[p] > 0 -> p_leases[p]-- :: else fi;
        if
        :: p_leases[p] == 0 && p_pins[p] == 0 ->
#ifdef FAULT_payload_dropped_twice
            judge_drop(p);
#endif
#ifndef FAULT_payload_leaked
            judge_drop(p)
#endif
        :: else
        fi
    :: else
    fi
}

inline unpin(p) {
    if
#ifdef FAULT_payload_dropped_under_request
    :: true
#endif
    :: p != 0 ->
        p_pins[p]--;
        if :: p_leases[p] == 0 && p_pins[p] == 0 -> judge_drop(p) :: else fi
    :: else
    fi
}

/* e_p: a payload that the policy made just now, with its first lease. */
inline make_payload() {
    e_p = 0;
    for (e_i : 1 .. PAYLOADS) {
        if :: e_p == 0 && !IN(e_i, alive) -> e_p = e_i :: else fi
    }
    assert(e_p != 0);
    alive = alive | (1 << e_p);
    dropped = dropped & ~(1 << e_p);
    p_leases[e_p] = 1
}

/* A user's lease leaves the stack of grants; what names those above it moves down. */
inline remove_lease(v, k) {
    e_low = (1 << (k)) - 1;
    for (e_i : 0 .. REQUESTS - 1) {
        if
        :: e_i < q_n && q_v[e_i] == v && q_kind[e_i] == USER ->
            q_renews[e_i] = (q_renews[e_i] & e_low) | ((q_renews[e_i] >> 1) & ~e_low);
            if :: q_offer[e_i] > (k) + 1 -> q_offer[e_i]-- :: else fi
        :: else
        fi
    }
    for (e_i : k .. USER_LEASES - 2) {
        ul_at[UL(v, e_i)] = ul_at[UL(v, e_i + 1)];
        ul_pay[UL(v, e_i)] = ul_pay[UL(v, e_i + 1)];
        ul_gate[UL(v, e_i)] = ul_gate[UL(v, e_i + 1)];
        ul_revoked[UL(v, e_i)] = ul_revoked[UL(v, e_i + 1)];
        ul_denied[UL(v, e_i)] = ul_denied[UL(v, e_i + 1)]
    }
    e_i = UL(v, USER_LEASES - 1);
    ul_at[e_i] = 0; ul_pay[e_i] = 0; ul_gate[e_i] = 0; ul_revoked[e_i] = 0; ul_denied[e_i] = 0;
    ul_n[v]--
}

inline end_user_lease(v, k) {
    e_p = ul_pay[UL(v, k)];
    remove_lease(v, k);
    unlease(e_p)
}

inline end_operation_lease(o) {
    e_p = ol_pay[o];
    ol_at[o] = 0; ol_pay[o] = 0; ol_gate[o] = 0;
    unlease(e_p)
}

inline revoke(v, leases) {
    for (e_i : 0 .. USER_LEASES - 1) {
        if
        :: IN(e_i, leases) ->
            ul_denied[UL(v, e_i)] = 1;
#ifndef FAULT_grant_kept_after_failure
            ul_revoked[UL(v, e_i)] = 1
#endif
        :: else
        fi
    }
}

/* A no: given by the policy or in its place. A no to a user revokes what the user had when the question came in. */
inline deny(x) {
    if :: q_kind[x] == USER -> revoke(q_v[x], q_renews[x]) :: else fi;
    q_at[x] = COMPLETING;
    q_deadline[x] = 0
}

/* A yes: the lease exists before the completion is called (CL-10, CL-12). */
inline allow(x, p, identity) {
    if :: !said_yes -> BREAKS(70) :: else fi;
    if
    :: q_kind[x] == USER ->
        assert(ul_n[q_v[x]] < USER_LEASES);
        ul_at[UL(q_v[x], ul_n[q_v[x]])] = OFFERED;
        ul_pay[UL(q_v[x], ul_n[q_v[x]])] = p;
        ul_n[q_v[x]]++;
        q_offer[x] = ul_n[q_v[x]];
        q_as[x] = identity
    :: q_kind[x] == OPERATION && p != 0 -> q_offer[x] = 1; q_offer_pay[x] = p
    :: else
    fi;
    q_yes[x] = 1;
    q_at[x] = COMPLETING;
    q_deadline[x] = 0
}

/* An entry point is called: the question is put to the policy, or denied where the policy must not see it. */
inline enter(x) {
    q_gate[x] = ANY_TIME;
    e_v = q_v[x];
    find_grant(e_v);
#ifdef FAULT_grant_of_another_user
    for (e_i : 0 .. V - 1) {
        if :: e_i != e_v && A_OF(e_i) == A_OF(e_v) && ul_n[e_i] > 0 -> e_v = e_i; e_k = ul_n[e_i] :: else fi
    }
#endif
    if
    :: app[A_OF(q_v[x])] == DRAINING || e_k == 0 && q_kind[x] != USER -> deny(x)
    :: else ->
        if :: q_kind[x] == USER -> q_renews[x] = (1 << ul_n[q_v[x]]) - 1 :: else fi;
        if :: e_k != 0 -> q_pin[x] = ul_pay[UL(e_v, e_k - 1)] :: else fi;
#ifndef FAULT_payload_dropped_under_request
        if :: q_pin[x] != 0 -> p_pins[q_pin[x]]++ :: else fi;
#endif
        q_reply[x] = 1;
        q_at[x] = ASKED;
        q_deadline[x] = (ANSWER_WITHIN >= 0 -> now + ANSWER_WITHIN + 1 : 0);
        judge_ask_policy(x)
    fi
}

inline copy_request(to, from) {
    q_v[to] = q_v[from]; q_kind[to] = q_kind[from]; q_purpose[to] = q_purpose[from];
    q_op[to] = q_op[from]; q_waiting[to] = q_waiting[from]; q_ends[to] = q_ends[from];
    q_at[to] = q_at[from]; q_gate[to] = q_gate[from]; q_reply[to] = q_reply[from];
    q_pin[to] = q_pin[from]; q_renews[to] = q_renews[from]; q_deadline[to] = q_deadline[from];
    q_yes[to] = q_yes[from]; q_refused[to] = q_refused[from]; q_as[to] = q_as[from];
    q_offer[to] = q_offer[from]; q_offer_pay[to] = q_offer_pay[from]
}

inline clear_request(x) {
    q_v[x] = 0; q_kind[x] = 0; q_purpose[x] = 0; q_op[x] = 0; q_waiting[x] = 0; q_ends[x] = 0;
    q_at[x] = 0; q_gate[x] = 0; q_reply[x] = 0; q_pin[x] = 0; q_renews[x] = 0; q_deadline[x] = 0;
    q_yes[x] = 0; q_refused[x] = 0; q_as[x] = 0; q_offer[x] = 0; q_offer_pay[x] = 0
}

/* The number of a request in a gate, when the request `x` goes. */
#define move_gate(gate, x) \
    if :: gate > WITHIN(x) && gate < AFTER_IT(0) || gate > AFTER_IT(x) -> gate-- :: else fi

/* Host and policy are done with the request: the younger ones move up. */
inline forget(x) {
    if :: q_purpose[x] != FORGOTTEN -> BREAKS(50) :: else fi;
    for (e_i : 0 .. V * USER_LEASES - 1) { move_gate(ul_gate[e_i], x) }
    for (e_i : 0 .. O - 1) { move_gate(ol_gate[e_i], x) }
    for (e_i : 0 .. REQUESTS - 1) { move_gate(q_gate[e_i], x) }
    for (e_i : x .. REQUESTS - 2) { copy_request(e_i, e_i + 1) }
    clear_request(REQUESTS - 1);
    q_n--
}

/* The policy's answer. One that comes too late does not count (CL-70). */
inline answer(x) {
#ifndef FAULT_late_yes_counts
    e_open = q_at[x] == ASKED && (q_deadline[x] == 0 || q_deadline[x] - 1 > now);
#else
    e_open = q_at[x] == ASKED;
#endif
    said_yes = q_at[x] == ASKED && (q_deadline[x] == 0 || q_deadline[x] - 1 > now) && choice <= HOST_PROCESS;
    if
    :: e_open && (choice == FRESH || choice == TOKEN) ->
        make_payload();
        if :: choice == TOKEN -> tokens++ :: else fi;
        allow(x, e_p, (choice == TOKEN -> AS_TOKEN : AS_CLIENT))
    :: e_open && choice == SHARED ->
        e_p = q_pin[x];
#ifdef FAULT_same_payload_freed
        if :: e_p != 0 && q_kind[x] != USER -> p_leases[e_p]++ :: else fi;
#else
        if :: e_p != 0 -> p_leases[e_p]++ :: else fi;
#endif
        allow(x, e_p, AS_CLIENT)
    :: e_open && choice == BARE -> allow(x, 0, AS_CLIENT)
    :: e_open && choice == HOST_PROCESS -> allow(x, 0, AS_HOST)
#ifdef FAULT_drop_allows
    :: e_open && choice == DROP -> allow(x, 0, AS_HOST)
#endif
#ifdef FAULT_dropped_reply_left_pending
    :: e_open && choice == DROP -> q_at[x] = OVER; q_deadline[x] = 0
#endif
    :: else ->
        /* A payload or a token that came too late is dropped and closed at once: it never gets into a table. */
        if :: q_at[x] == ASKED -> deny(x) :: else fi
    fi;
    q_reply[x] = 0;
    e_p = q_pin[x];
    q_pin[x] = 0;
    unpin(e_p);
    if :: q_at[x] == OVER -> forget(x) :: else fi
}

