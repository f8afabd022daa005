/* One state: what the protocol is about, and nothing else. No handle, no slot, no pointer, no number of a request.

   A request is named by its age, a user's lease by its place in the stack of grants, an operation's lease by its
   operation, a payload by the first of its holders (see outline.pml). So two situations that differ in names only are
   one state. Moments are stored plus one; zero is none. */

/* The environment: the clock, and what is spent of each budget. */
byte now;
bit unseen;                         /* the clock was set back and nobody has looked since */
byte waits, set_backs, refusals, renewals;
byte starts[2] = STARTED;
byte wanted[VISITORS];              /* operations asked for */

/* The host. */
byte host_now;                      /* the latest time that it has seen */
byte app[2] = STARTED;   /* that is, RUNNING or not */
bit record[VISITORS];
byte record_as[VISITORS];           /* identity */
bit record_quota[VISITORS];         /* the quota is known */
byte record_ends[VISITORS];         /* the idle deadline; none while the record is not idle */
byte record_refresh[VISITORS];
byte op[OPERATIONS_];
byte op_how[OPERATIONS_];           /* how an operation that was given up ended */

/* Requests, the oldest first. What the host knows, then what the plug-in knows, then the completion. */
byte q_n;
byte q_v[REQUESTS], q_kind[REQUESTS];
byte q_purpose[REQUESTS], q_op[REQUESTS], q_waiting[REQUESTS], q_ends[REQUESTS];
byte q_at[REQUESTS], q_gate[REQUESTS];
bit q_reply[REQUESTS];              /* the policy holds the reply */
byte q_pin[REQUESTS];               /* the payload that it may look at */
byte q_renews[REQUESTS];            /* the user's leases when the question came in, as bits */
byte q_deadline[REQUESTS];
bit q_yes[REQUESTS], q_refused[REQUESTS];
byte q_as[REQUESTS];
byte q_offer[REQUESTS];             /* the lease: its place in the stack plus one; 1 for an operation */
byte q_offer_pay[REQUESTS];         /* the payload of an operation's lease */

/* Leases, one truth for both sides: each lease is in one place. */
byte ul_n[VISITORS];                /* of users: the stack of grants, the newest last */
byte ul_at[VISITORS * USER_LEASES], ul_pay[VISITORS * USER_LEASES], ul_gate[VISITORS * USER_LEASES];
bit ul_revoked[VISITORS * USER_LEASES];
byte ol_at[OPERATIONS_], ol_pay[OPERATIONS_], ol_gate[OPERATIONS_];

/* Payloads, as the plug-in counts them. */
byte p_leases[PAYLOADS + 1], p_pins[PAYLOADS + 1];

/* The ledger: what the judge believes apart from the machines. In a run without faults each of these follows from the
   rest, so they make no state of their own. */
short alive;                        /* payloads made and not dropped, as bits */
bit ul_denied[VISITORS * USER_LEASES];
byte idle_since[VISITORS];
byte gone_by[VISITORS];             /* the rule by which a record ended that the host still uses */
byte tokens;                        /* owned by the plug-in */
bit broken;

/* What a step branches on. All zero between steps, so they make no states; but SPIN must know them, to go back to a
   branch with the values that it had there. */
byte act, who, choice, how;
bit refuse;
byte drains;

/* Not part of the state: what a step needs while it lasts. Every step sets what it reads. */
hidden byte release_gate, ask_gate;
hidden byte moved[VISITORS];
hidden byte user_went;
hidden byte said_yes;
hidden short dropped;
