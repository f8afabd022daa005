/* The judge: rules of SPEC.md as assertions about the state and about single steps.

   A broken rule is printed with its number and ends the path, as in the other model. The rules about one moment stand
   where that moment is: `judge_ask`, `judge_expiry`, `judge_drop`. Those that hold always stand in `judge_state`. */

hidden byte j_rule;
#define BREAKS(number) broken = 1; j_rule = number; c_code { printf("broken CL-%d\n", j_rule); }

hidden byte j_i, j_k, j_n, j_p;
hidden byte j_found;

/* j_k: the lease that the record of `v` holds, as its place plus one. */
inline find_held(v) {
    j_k = 0;
    for (j_i : 0 .. USER_LEASES - 1) {
        if :: ul_at[UL(v, j_i)] == HELD -> j_k = j_i + 1 :: else fi
    }
}

/* The host calls an entry point: CL-23, CL-30, CL-31, CL-54. Whether a record lives, the ledger knows by its lease. */
inline judge_ask(v, purpose) {
    find_held(v);
    if :: app[A_OF(v)] != RUNNING -> BREAKS(54) :: else fi;
    if
    :: purpose == FIRST && j_k != 0 -> BREAKS(30)
    :: purpose == RENEWAL && j_k == 0 -> BREAKS(30)
    :: purpose >= ABOUT_QUOTA && j_k == 0 && gone_by[v] == 0 -> BREAKS(31)
    :: purpose >= ABOUT_QUOTA && j_k == 0 && gone_by[v] == 23 -> BREAKS(23)
    :: purpose >= ABOUT_QUOTA && j_k == 0 && gone_by[v] == 34 -> BREAKS(34)
    :: else
    fi
}

/* Whether anything of the user keeps the record from being idle (CL-33; CL-20 in every dialect). */
inline find_busy(v) {
    j_found = 0;
    for (j_i : 0 .. REQUESTS - 1) {
        if
        :: j_i < q_n && q_v[j_i] == v && (q_purpose[j_i] == RENEWAL ||
           EXPIRY == PINNED && (q_purpose[j_i] == FIRST || q_purpose[j_i] == ABOUT_QUOTA)) -> j_found = 1
        :: else
        fi
    }
    for (j_i : 0 .. OPERATIONS - 1) {
        if :: EXPIRY == PINNED && op[v * OPERATIONS + j_i] != 0 -> j_found = 1 :: else fi
    }
}

/* A record expires: CL-32, CL-33. */
inline judge_expiry(v) {
    find_busy(v);
    if
    :: j_found && EXPIRY == PINNED -> BREAKS(33)
    :: j_found && EXPIRY != PINNED -> BREAKS(20)
    :: !j_found && (idle_since[v] == 0 || host_now < idle_since[v] - 1 + IDLE) -> BREAKS(32)
    :: else
    fi
}

/* After each step of the host: since when each record is idle. Every request of the user counts as activity. */
inline note_idle(v) {
    find_busy(v);
    if
    :: !record[v] || j_found -> idle_since[v] = 0
    :: else -> if :: idle_since[v] == 0 || moved[v] -> idle_since[v] = host_now + 1 :: else fi
    fi
}

/* The host lets go of a user's lease: not while its re-authorization is pending (CL-20), and once (CL-11). */
inline judge_user_release(v, k) {
    for (j_i : 0 .. REQUESTS - 1) {
        if
        :: j_i < q_n && q_v[j_i] == v && q_purpose[j_i] == RENEWAL && ul_at[UL(v, k)] == HELD -> BREAKS(20)
        :: else
        fi
    }
    if :: ul_at[UL(v, k)] == BACK -> BREAKS(11) :: else fi
}

/* The host lets go of an operation's lease: not before it ended (CL-40, CL-24), and once (CL-11). */
inline judge_operation_release(o) {
    if
    :: (op[o] == OPEN || op[o] == RESPONDED) && user_went -> BREAKS(24)
    :: (op[o] == OPEN || op[o] == RESPONDED) && !user_went -> BREAKS(40)
    :: else
    fi;
    if :: ol_at[o] == BACK || ol_at[o] == 0 -> BREAKS(11) :: else fi
}

/* The host calls Shutdown: nothing of the application is with the host any more (CL-11, CL-21, CL-34, CL-41). */
inline judge_shutdown(a) {
    for (j_n : 0 .. V * USER_LEASES - 1) {
        if
        :: SHUTDOWN == RELEASED && A_OF(j_n / USER_LEASES) == a && ul_at[j_n] == HELD -> BREAKS(11)
        :: SHUTDOWN == RELEASED && A_OF(j_n / USER_LEASES) == a && ul_at[j_n] > LEFT -> BREAKS(ul_at[j_n])
        :: else
        fi
    }
    for (j_n : 0 .. O - 1) {
        if
        :: SHUTDOWN == RELEASED && A_OF(V_OF(j_n)) == a && ol_at[j_n] == HELD -> BREAKS(11)
        :: SHUTDOWN == RELEASED && A_OF(V_OF(j_n)) == a && ol_at[j_n] > LEFT -> BREAKS(ol_at[j_n])
        :: else
        fi
    }
}

/* The plug-in drops a payload: nobody holds it any more, and once (CL-12, CL-13, CL-22). */
inline judge_drop(p) {
    if
    :: IN(p, dropped) || !IN(p, alive) -> BREAKS(13)
    :: else -> dropped = dropped | (1 << p); alive = alive & ~(1 << p)
    fi;
    for (j_n : 0 .. V * USER_LEASES - 1) {
        if :: ul_at[j_n] != 0 && ul_pay[j_n] == p -> BREAKS(12); BREAKS(22) :: else fi
    }
    for (j_n : 0 .. O - 1) {
        if :: ol_at[j_n] != 0 && ol_pay[j_n] == p -> BREAKS(12) :: else fi
    }
    for (j_n : 0 .. REQUESTS - 1) {
        if
        :: j_n < q_n && (q_offer_pay[j_n] == p || q_reply[j_n] && q_pin[j_n] == p) -> BREAKS(12)
        :: else
        fi
    }
}

/* The plug-in shows a payload to the policy, or nothing: it is the user's own, under a grant that stands. */
inline judge_ask_policy(x) {
    j_found = 0;
    j_k = 0;
    j_n = 0;
    for (j_i : 0 .. USER_LEASES - 1) {
        if
        :: j_i < ul_n[q_v[x]] ->
            j_n++;
            if :: ul_pay[UL(q_v[x], j_i)] == q_pin[x] -> j_k = 1 :: else fi;
            if :: ul_pay[UL(q_v[x], j_i)] == q_pin[x] && !ul_denied[UL(q_v[x], j_i)] -> j_found = 1 :: else fi
        :: else
        fi
    }
    if
    :: j_found || q_kind[x] == USER && q_pin[x] == 0
    :: else ->
        if
        :: q_pin[x] != 0 && j_k -> BREAKS(23)
        :: q_pin[x] != 0 && !j_k -> BREAKS(71)
        :: q_pin[x] == 0 && j_n == 0 -> BREAKS(70)
        :: else -> BREAKS(71)
        fi
    fi
}

/* After each step: payloads are held by somebody (CL-13), tokens by a completion on its way (CL-74), and the plug-in
   keeps no lease that the host refused or released (CL-17). */
inline judge_state() {
    for (j_p : 1 .. PAYLOADS) {
        j_found = 0;
        for (j_n : 0 .. V * USER_LEASES - 1) {
            if :: ul_at[j_n] != 0 && ul_pay[j_n] == j_p -> j_found = 1 :: else fi
        }
        for (j_n : 0 .. O - 1) {
            if :: ol_at[j_n] != 0 && ol_pay[j_n] == j_p -> j_found = 1 :: else fi
        }
        for (j_n : 0 .. REQUESTS - 1) {
            if
            :: j_n < q_n && (q_offer_pay[j_n] == j_p || q_reply[j_n] && q_pin[j_n] == j_p) -> j_found = 1
            :: else
            fi
        }
        if
        :: IN(j_p, alive) && !j_found -> BREAKS(13)
        :: else
        fi
    }
    for (j_n : 0 .. V * USER_LEASES - 1) {
        j_found = ul_at[j_n] != OFFERED;
        for (j_i : 0 .. REQUESTS - 1) {
            if
            :: j_i < q_n && q_kind[j_i] == USER && q_v[j_i] == j_n / USER_LEASES &&
               q_offer[j_i] == j_n % USER_LEASES + 1 -> j_found = 1
            :: else
            fi
        }
        if :: !j_found -> BREAKS(17) :: else fi
    }
    j_k = 0;
    for (j_n : 0 .. REQUESTS - 1) {
        if :: j_n < q_n && q_at[j_n] >= COMPLETING && q_as[j_n] == AS_TOKEN -> j_k++ :: else fi
    }
    if :: tokens != j_k -> BREAKS(74) :: else fi
}
