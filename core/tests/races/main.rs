//! Races: short scenarios of two to four threads on the shared engine, each written once.
//!
//! `cargo test` plays each on the system's threads. Built with `--cfg wsman_authz_loom` they are played on *every*
//! schedule, without a bound on preemptions: see `tests/scripts/loom.sh`. A scenario returns its stage; the runner ends
//! the story, and the ledger says whether all that began has ended, once.

#![allow(clippy::disallowed_methods, reason = "these tests are about threads")]

mod applications;
mod authorize;
mod canary;
mod explore;
mod ledger;
mod overdue;
mod pins;
mod readers;
mod release;
mod renew;
mod shards;
mod shutdown;
mod slots;
mod stage;
mod teeth;

use stage::Stage;
use teeth::with_fault;

/// A scenario: its name, and one execution of it.
type Scenario = (&'static str, fn() -> Stage);

macro_rules! scenarios {
    ($($topic:ident: $($name:ident),+;)+) => {
        /// All of them.
        const SCENARIOS: &[Scenario] = &[$($((stringify!($name), $topic::$name),)+)+];

        $($(
            #[test]
            fn $name() {
                pins::assert_pinned(stringify!($name), explore::explore($topic::$name));
            }
        )+)+
    };
}

scenarios! {
    release:
        cl_10_a_release_overtakes_the_return_of_its_completion,
        cl_60_a_release_inside_its_completion,
        cl_16_two_releases_of_one_handle,
        cl_16_three_releases_of_one_handle,
        cl_13_the_last_two_leases_of_a_payload_end_at_once,
        cl_13_four_leases_of_a_payload_end_at_once,
        cl_12_a_release_while_the_policy_looks,
        cl_12_a_release_while_two_policies_look,
        cl_12_a_release_against_the_question_that_pins,
        cl_17_a_refused_completion_against_the_release_of_its_lease,
        cl_74_two_refused_completions_at_once,
        cl_60_a_destructor_calls_back_in,
        cl_52_releases_complete_no_request_that_is_open;
    authorize:
        cl_71_two_first_requests_of_one_user,
        cl_71_two_first_requests_and_an_operation,
        cl_71_operations_of_two_users,
        cl_31_an_operation_from_inside_the_completion_of_its_user,
        cl_17_a_refusal_after_an_operation_was_asked_for,
        cl_50_two_answers_to_one_question,
        cl_61_a_panic_beside_an_answer,
        cl_70_a_yes_a_no_and_a_dropped_reply,
        cl_80_a_quota_against_a_release,
        cl_74_a_token_taken_beside_a_token_refused;
    renew:
        cl_20_success_against_the_start_of_an_operation,
        cl_23_failure_against_the_start_of_an_operation,
        cl_23_an_operation_from_inside_the_failure,
        cl_23_refusal_against_the_start_of_an_operation,
        cl_24_success_against_the_end_of_an_operation,
        cl_24_failure_against_the_end_of_an_operation,
        cl_21_success_against_expiry,
        cl_22_the_same_payload_again_against_expiry,
        cl_22_the_same_payload_again_against_expiry_and_an_operation,
        cl_23_a_yes_and_a_no_about_one_user,
        cl_23_a_yes_a_no_and_an_operation;
    shutdown:
        cl_54_shutdown_against_a_question_about_a_user,
        cl_54_shutdown_against_a_question_about_an_operation,
        cl_54_shutdown_against_a_question_about_a_quota,
        cl_13_shutdown_against_releases,
        cl_55_two_shutdowns,
        cl_70_shutdown_against_a_late_answer,
        cl_70_shutdown_against_two_late_answers,
        cl_12_shutdown_against_a_dropped_reply,
        cl_54_shutdown_from_inside_a_completion,
        cl_17_shutdown_against_a_refusal,
        cl_13_shutdown_a_late_answer_and_a_release,
        cl_55_two_shutdowns_a_late_denial_and_a_release,
        cl_54_a_reply_that_outlives_its_application;
    shards:
        cl_71_users_in_two_shards_at_once,
        cl_54_the_last_answers_in_two_shards_of_an_application_that_shuts_down,
        cl_54_shutdown_of_two_shards_against_questions_in_both,
        cl_55_two_shutdowns_of_two_shards,
        cl_13_shutdown_of_two_shards_against_releases_in_both,
        cl_50_a_look_at_the_clock_against_late_answers_in_two_shards,
        statistics_of_two_shards;
    overdue:
        cl_70_overdue_denial_against_a_late_yes,
        cl_70_the_deadline_passes_while_the_answer_comes,
        cl_50_two_looks_at_the_clock,
        cl_70_overdue_denial_against_a_dropped_reply,
        cl_50_overdue_denial_against_shutdown,
        cl_70_overdue_denial_shutdown_and_a_late_yes,
        cl_35_a_thread_that_comes_with_an_old_time;
    slots:
        cl_14_a_reused_slot_against_a_stale_release,
        cl_16_a_slot_that_changes_hands_against_a_double_release,
        cl_14_a_slot_out_of_generations_is_retired,
        cl_16_a_forged_handle_beside_a_release,
        cl_51_a_request_number_that_changes_hands,
        cl_15_null_beside_a_release;
    applications:
        cl_55_a_shutdown_beside_a_request_of_another_application,
        cl_55_two_applications_shut_down_at_once,
        cl_55_a_start_beside_a_shutdown,
        cl_71_users_of_one_name_in_two_applications;
    readers:
        statistics_while_a_user_is_let_in,
        statistics_while_two_leases_end,
        cl_12_a_look_behind_a_handle_while_it_is_released,
        cl_70_the_next_deadline_while_a_question_is_answered,
        cl_54_replies_out_while_shutdown_goes_on;
}

#[test]
fn there_are_at_least_thirty_scenarios_of_two_to_four_threads_and_each_is_pinned() {
    let names: Vec<&str> = SCENARIOS.iter().map(|(name, _)| *name).collect();
    pins::assert_complete(&names);
    assert!(names.len() >= 30, "{}", names.len());
    let threads: Vec<u8> = pins::read().values().map(|pin| pin.threads).collect();
    assert!(threads.iter().all(|threads| (2..=4).contains(threads)), "{threads:?}");
    assert!((2..=4).all(|count| threads.contains(&count)), "{threads:?}");
}
