//! Teeth: a mistake in the engine must fail some scenario. Each seeded fault is tried; those that no race can show are on
//! a list.

#[cfg(not(all(feature = "faults", wsman_authz_loom)))]
pub(crate) const fn with_fault<E>(engine: E) -> E {
    engine
}

#[cfg(all(feature = "faults", wsman_authz_loom))]
pub(crate) use seeded::with_fault;

#[cfg(all(feature = "faults", wsman_authz_loom))]
mod seeded {
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use wsman_authz_core::Side;
    use wsman_authz_core::engine::Engine;
    use wsman_authz_core::fault::Fault;

    use crate::SCENARIOS;
    use crate::explore::explore;
    use crate::pins;
    use crate::stage::{PayloadHandle, User};

    /// Faults of the engine that no scenario looks for, each with the reason.
    const OTHERS_LOOK: &[(Fault, &str)] = &[
        (Fault::EngineClockRunsBackwards, "a question of a time, not of an order: core's own tests"),
        (Fault::RedirectUnchecked, "no policy here redirects: one request, one step, the engine's own tests"),
        (Fault::QuotaZeroTimeslot, "no policy here has such a quota: one request, one step, the engine's own tests"),
    ];

    /// The scenarios tried have at most so many executions: a fault that needs more is a mistake of another kind.
    const QUICK: u64 = 4_000;

    std::thread_local! {
        /// All threads of a model live on the thread of its test.
        static FAULT: Cell<Option<Fault>> = const { Cell::new(None) };
    }

    pub(crate) fn with_fault(engine: Engine<User, PayloadHandle>) -> Engine<User, PayloadHandle> {
        FAULT.get().into_iter().fold(engine, Engine::with_fault)
    }

    /// The first scenario that fails under a fault, and what it says.
    fn found(fault: Fault) -> Option<(&'static str, String)> {
        FAULT.set(Some(fault));
        let pins = pins::read();
        let quick = SCENARIOS.iter().filter(|(name, _)| pins.get(*name).is_some_and(|pin| pin.executions <= QUICK));
        let failure = quick.into_iter().find_map(|(name, play)| {
            let panic = catch_unwind(AssertUnwindSafe(|| explore(*play))).err()?;
            let said = panic.downcast_ref::<String>().cloned();
            Some((*name, said.unwrap_or_default()))
        });
        FAULT.set(None);
        failure
    }

    #[test]
    fn every_seeded_fault_of_the_engine_fails_a_scenario() {
        let engine = Fault::ALL.iter().filter(|fault| fault.side() == Side::Plugin);
        let mut missed = Vec::new();
        for fault in engine {
            let excused = OTHERS_LOOK.iter().any(|(other, _)| other == fault);
            match found(*fault) {
                Some((name, said)) => {
                    println!("{fault}: {name}: {}", said.lines().next().unwrap_or_default());
                    assert!(!excused, "{fault} is found: it needs no excuse");
                }
                None if excused => {}
                None => missed.push(fault.name()),
            }
        }
        assert!(missed.is_empty(), "no scenario finds {missed:?}");
    }
}
