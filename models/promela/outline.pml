/* After each step the state gets its names: payloads are numbered by their holders, in this order: users' leases,
   operations' leases, requests. Then it is printed, in the words of the other model's `outline`, if PRINT is set. */

hidden byte m_i, m_next;
hidden byte m_name[PAYLOADS + 1], m_leases[PAYLOADS + 1], m_pins[PAYLOADS + 1];
hidden short m_alive;

#define name_payload(p) \
    if \
    :: p != 0 && m_name[p] == 0 -> \
        m_next++; \
        m_name[p] = m_next; \
        m_leases[m_next] = p_leases[p]; \
        m_pins[m_next] = p_pins[p]; \
        if :: IN(p, alive) -> m_alive = m_alive | (1 << m_next) :: else fi; \
        p = m_next \
    :: p != 0 && m_name[p] != 0 -> p = m_name[p] \
    :: else \
    fi

inline name_payloads() {
    m_next = 0;
    m_alive = 0;
    for (m_i : 0 .. PAYLOADS) { m_name[m_i] = 0; m_leases[m_i] = 0; m_pins[m_i] = 0 }
    for (m_i : 0 .. VISITORS * USER_LEASES - 1) { name_payload(ul_pay[m_i]) }
    for (m_i : 0 .. OPERATIONS_ - 1) { name_payload(ol_pay[m_i]) }
    for (m_i : 0 .. REQUESTS - 1) { name_payload(q_offer_pay[m_i]); name_payload(q_pin[m_i]) }
    for (m_i : 0 .. PAYLOADS) { p_leases[m_i] = m_leases[m_i]; p_pins[m_i] = m_pins[m_i] }
    alive = m_alive
}

/* The host's clock counts only as far as it can make a difference: the world's cannot go back further than this. */
inline name_clock() {
    if
    :: host_now + (SET_BACKS - set_backs) < now -> host_now = now - (SET_BACKS - set_backs)
    :: else
    fi
}

#ifdef PRINT
c_decl {
    extern int printf(const char *, ...);
    void print_state(void);
}
c_code {
    void print_state(void)
    {
        int i, k;
        printf("state %d,%d,%d,%d,%d,%d,%d", now.now, now.host_now, now.unseen, now.waits, now.set_backs,
               now.refusals, now.renewals);
        for (i = 0; i < APPLICATIONS; i++) printf(" A%d,%d", now.app[i], now.starts[i]);
        for (i = 0; i < V; i++) {
            printf(" V%d,%d,%d,%d,%d,%d", now.wanted[i], now.record[i], now.record_as[i], now.record_quota[i],
                   now.record_ends[i], now.record_refresh[i]);
            for (k = UL(i, 0); k < UL(i, now.ul_n[i]); k++)
                printf(" L%d,%d,%d,%d", now.ul_at[k], now.ul_pay[k], now.ul_gate[k], now.ul_revoked[k]);
        }
        for (i = 0; i < O; i++)
            printf(" O%d,%d,%d,%d,%d", now.op[i], now.op_how[i], now.ol_at[i], now.ol_pay[i], now.ol_gate[i]);
        for (i = 0; i < now.q_n; i++)
            printf(" Q%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d", now.q_v[i], now.q_kind[i],
                   now.q_purpose[i], now.q_op[i], now.q_waiting[i], now.q_ends[i], now.q_at[i], now.q_gate[i],
                   now.q_reply[i], now.q_pin[i], now.q_renews[i], now.q_deadline[i], now.q_yes[i],
                   now.q_refused[i], now.q_as[i], now.q_offer[i], now.q_offer_pay[i]);
        printf("\n");
    }
}
#endif

inline print() {
#ifdef PRINT
    c_code { print_state(); }
#else
    skip
#endif
}
