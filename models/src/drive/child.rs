//! The process in which the plug-in runs. It may die at any time; its diary and its black box remain.

use std::fs::File;
use std::io::Read as _;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use wsman_authz_core::dialect::Dialect;

use super::black_box::BlackBox;
use super::clients::{Clients, settings};
use super::diary::{Diary, Folder, State};
use super::error::DriveError;
use super::guardian::Guardian;
use super::library::Plugin;
use super::recorder::Recorder;
use super::report::{DialectRow, DriveVerdict, Latency};
use super::round::{self, Plan};
use super::sender_pool::SenderPool;
use super::stage::Stage;
use super::stand::Stand;
use super::{DriveOptions, completions, crash, watch};

/// How often the child shows that it is alive.
const BEAT: Duration = Duration::from_millis(100);
/// How long the process goes on after the library was unloaded.
const AFTERMATH: Duration = Duration::from_millis(100);
/// How long the host may play without a crossing.
const STANDSTILL: Duration = Duration::from_secs(10);
/// Most contexts that a report lists.
const LISTED: usize = 100;

/// What the parent wants, on standard input.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Orders {
    pub(super) folder: Folder,
    /// The number of the parent's process.
    pub(super) parent: u32,
    pub(super) options: DriveOptions,
}

/// What is known beside the stage.
#[derive(Debug, Default)]
struct Log {
    beat: u64,
    state: State,
    round: usize,
    rows: Vec<DialectRow>,
    live: Vec<String>,
    /// Time in which nothing was asked.
    lingered: Duration,
    /// How many crossings there were when something moved last, and when that was.
    moved: Option<(u64, Instant)>,
}

/// One run, as all threads of the child see it.
#[derive(Debug)]
struct Run {
    orders: Orders,
    began: Instant,
    log: Mutex<Log>,
}

/// What the hidden subcommand `drive-child` runs: orders on standard input, everything else in the folder they name.
#[must_use]
pub fn child_main() -> ExitCode {
    let mut text = String::new();
    let orders = match std::io::stdin().read_to_string(&mut text) {
        Ok(_) => serde_json::from_str::<Orders>(&text),
        Err(error) => Err(serde_json::Error::io(error)),
    };
    let Ok(orders) = orders else {
        eprintln!("drive-child is for `wsman-authz drive` alone: it expects its orders on standard input");
        return ExitCode::from(2);
    };
    completions::keep();
    // For ever: the watchdog and the threads of the plug-in outlive this function.
    let run: &'static Run = Box::leak(Box::new(Run { orders, began: Instant::now(), log: Mutex::new(Log::default()) }));
    run.note_panics();
    run.write_diary();
    run.start_watchdog();
    if let Err(error) = run.drive() {
        run.enter(State::Failed(error));
    }
    ExitCode::SUCCESS
}

impl Run {
    /// Loads the plug-in, plays every round, unloads the plug-in.
    fn drive(&'static self) -> Result<(), DriveError> {
        let options = &self.orders.options;
        let mut black_box = BlackBox::create(&self.orders.folder.black_box())
            .map_err(|error| DriveError::host("the record of the last calls", error))?;
        crash::install(black_box.header());
        let trace = options.trace.as_ref().map(|path| {
            File::create(path).map_err(|error| DriveError::Trace { path: path.clone(), why: error.to_string() })
        });
        let dialects = options.dialects.as_slice();
        let single = if let [dialect] = dialects { Some(dialect.to_string()) } else { None };
        let recorder = Recorder::new(black_box, trace.transpose()?, single.as_deref());
        let loading = watch::call("loading the library", 0);
        let (plugin, library) = Plugin::load(&options.plugin)?;
        drop(loading);
        let clients = Clients::new(options.users, options.threads, options.odd_senders);
        let senders = SenderPool::new().map_err(|error| DriveError::host("memory for senders", error))?;
        let stand = Stand::set_up(plugin, Stage::new(recorder, clients, senders, options.seed));
        self.enter(State::Running);
        self.play(stand, dialects)?;
        if let (Some(why), Some(path)) = (stand.stage.lock().recorder.flush(), &options.trace) {
            return Err(DriveError::Trace { path: path.clone(), why });
        }
        self.enter(State::Finished);
        let unloading = watch::call("unloading the library", 0);
        drop(library);
        drop(unloading);
        self.enter(State::Unloaded);
        std::thread::sleep(AFTERMATH); // CL-62: who still runs, runs into nothing
        Ok(())
    }

    fn play(&self, stand: &'static Stand, dialects: &[Dialect]) -> Result<(), DriveError> {
        let options = &self.orders.options;
        let time = options.time_limit();
        let mut grace = round::GRACE;
        let rounds = dialects.len();
        for (round, dialect) in dialects.iter().enumerate() {
            // Each round takes its share of what is left; the first ones get the odd requests.
            let left = time.saturating_sub(self.began.elapsed());
            if left.is_zero() {
                break;
            }
            let share = left / u32::try_from(rounds - round).unwrap_or(u32::MAX);
            let requests = match options.duration {
                Some(_) => u64::MAX,
                None => options.requests / rounds as u64 + u64::from((round as u64) < options.requests % rounds as u64),
            };
            self.log.lock().round = round + 1;
            let plan = Plan {
                dialect: *dialect,
                config: settings(options.users, stand.has_quota()),
                requests,
                threads: options.threads,
                until: Instant::now() + share,
                grace,
                linger: Duration::from_millis(if round + 1 == rounds { 100 } else { 10 }),
            };
            grace = round::play(stand, &plan)
                .map_err(|failed| DriveError::StartupFailed { path: options.plugin.clone(), error: failed.0 })?;
            self.note_round(stand, &plan);
        }
        Ok(())
    }

    fn note_round(&self, stand: &Stand, plan: &Plan) {
        let stage = stand.stage.lock();
        let (requests, live) = (stage.clients.answered, stage.live());
        drop(stage);
        let mut log = self.log.lock();
        log.lingered += plan.linger;
        log.rows.push(DialectRow { dialect: plan.dialect.to_string(), requests });
        let room = LISTED - log.live.len().min(LISTED);
        log.live.extend(live.iter().take(room).map(ToString::to_string));
    }

    /// Starts the watchdog, which shows that the child is alive and notes a call that takes too long. Returns after
    /// its first round: while a library is loaded, the loader's lock keeps a new thread from starting up.
    fn start_watchdog(&'static self) {
        let (ready, is_ready) = mpsc::channel();
        let parent = Guardian::new(self.orders.parent);
        std::thread::spawn(move || {
            loop {
                self.look_around(&parent);
                let _ = ready.send(()); // Only the first one is waited for.
                std::thread::sleep(BEAT);
            }
        });
        let _ = is_ready.recv();
    }

    fn look_around(&self, parent: &Guardian) {
        if parent.is_gone() {
            std::process::abort(); // Nobody waits for the result any more.
        }
        if let Some(overdue) = watch::overdue() {
            let call = overdue.name.to_owned();
            self.enter(State::Hung { call, seq: overdue.seq, inside_completion: overdue.inside_completion });
        } else if self.is_stuck() {
            self.enter(State::Stuck);
        }
        self.write_diary();
    }

    /// Whether the host plays and yet nothing has crossed for longer than any call may take.
    fn is_stuck(&self) -> bool {
        let stage = Stand::get().and_then(|stand| stand.stage.try_lock_for(Duration::from_secs(1)));
        let written = stage.map(|stage| stage.recorder.written());
        let mut log = self.log.lock();
        let (before, since) = log.moved.unwrap_or((0, self.began));
        if log.state != State::Running || written.is_some_and(|written| written != before) {
            log.moved = Some((written.unwrap_or(before), Instant::now()));
            return false;
        }
        since.elapsed() > STANDSTILL
    }

    /// A panic on our side is no verdict on the plug-in. (A plug-in in Rust has a panic hook of its own.)
    fn note_panics(&'static self) {
        std::panic::set_hook(Box::new(|panic| {
            let state = State::Failed(DriveError::host("a defect", panic));
            let diary = Diary { state, ..Diary::default() };
            let _ = diary.write(&self.orders.folder); // The exit status says the rest.
            std::process::abort();
        }));
    }

    /// The last state stays: a hang is not overtaken by the end of the round that it held up.
    fn enter(&self, state: State) {
        let mut log = self.log.lock();
        if !matches!(log.state, State::Hung { .. } | State::Stuck | State::Failed(_)) {
            log.state = state;
        }
        drop(log);
        self.write_diary();
    }

    /// Writes the newest state down. Held by the lock of the log, so that none overtakes a newer one.
    fn write_diary(&self) {
        let mut log = self.log.lock();
        log.beat += 1;
        let mut diary = Diary { beat: log.beat, state: log.state.clone(), ..Diary::default() };
        self.fill(&log, &mut diary);
        let _ = diary.write(&self.orders.folder); // The parent misses the beat.
    }

    fn fill(&self, log: &Log, diary: &mut Diary) {
        let options = &self.orders.options;
        let (progress, report) = (&mut diary.progress, &mut diary.report);
        (progress.round, progress.rounds, progress.elapsed) = (log.round, options.dialects.len(), self.began.elapsed());
        progress.requests_wanted = options.requests_wanted();
        report.command = "drive".to_owned();
        report.plugin.clone_from(&options.plugin);
        report.requests_wanted = options.requests_wanted();
        report.seed = options.seed;
        report.dialects.clone_from(&log.rows);
        report.live_at_end.clone_from(&log.live);
        let Some(stand) = Stand::get() else { return };
        let Some(mut stage) = stand.stage.try_lock_for(Duration::from_secs(1)) else { return };
        let _ = stage.recorder.flush(); // Asked for again at the end.
        progress.dialect = stage.dialect().to_owned();
        progress.requests = stage.clients.answered_before + stage.clients.answered;
        progress.broken = stage.tally.broken();
        report.rules = stage.tally.rows(stage.observables());
        report.counterexamples = stage.tally.counterexamples();
        let latency = &stage.latency;
        let quantile = |quantile| latency.value_at_quantile(quantile);
        report.latency_ns = Latency { p50: quantile(0.5), p99: quantile(0.99), max: latency.max() };
        let guarded = stage.guarded();
        diary.senders = guarded.start as u64..guarded.end as u64;
        report.requests = progress.requests;
        report.seconds = progress.elapsed.saturating_sub(log.lingered).as_secs_f64();
        report.requests_per_second = report.requests as f64 / report.seconds.max(f64::MIN_POSITIVE);
        report.verdict = if progress.broken == 0 { DriveVerdict::Kept } else { DriveVerdict::Broken };
    }
}
