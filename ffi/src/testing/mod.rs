//! A WS-Man host for the tests of a policy (feature `testing`): no library is loaded, everything else is as in
//! production.
//!
//! The host is the pure machine that the models explore. Between it and your policy lies what the DLL consists of: C
//! structures, decoding, the engine, completion functions. Every call is judged by the contract, and at the end
//! everything must balance. In `Cargo.toml`:
//!
//! ```toml
//! [dev-dependencies]
//! wsman-authz = { version = "0.1", features = ["testing"] }
//! ```
//!
//! A test says who asks for what, and looks at the answers:
//!
//! ```
//! use wsman_authz::testing::{RunsAs, TestHost};
//! use wsman_authz::{Action, code};
//! # use wsman_authz::{ApplicationInfo, Identity, OperationRequest, Plugin, StartError, UserGrant, UserRequest};
//! # struct Readers;
//! # impl Plugin for Readers {
//! #     type Context = String;
//! #     fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
//! #         Ok(Self)
//! #     }
//! #     fn authorize_user(&self, request: UserRequest<String>) {
//! #         match request.sender().name().strip_prefix("CORP\\").map(str::to_owned) {
//! #             Some(name) => request.allow(UserGrant::new(Identity::Client).context(name)),
//! #             None => request.deny(),
//! #         }
//! #     }
//! #     fn authorize_operation(&self, request: OperationRequest<String>) {
//! #         if matches!(request.action(), Action::Get | Action::Enumerate) { request.allow() } else { request.deny() }
//! #     }
//! # }
//! // `Readers` lets users of CORP in, and lets them read.
//! let host = TestHost::<Readers>::start();
//! assert!(host.request("CORP\\alice").action(Action::Get).send().is_allowed());
//! assert_eq!(host.request("CORP\\alice").action(Action::Put).send().denied(), Some(code::ERROR_ACCESS_DENIED));
//! assert_eq!(host.request("EVIL\\mallory").send().denied(), Some(code::ERROR_ACCESS_DENIED));
//! assert_eq!(host.user("CORP\\alice").unwrap().entry.identity, RunsAs::Client);
//! host.shutdown().assert_clean();
//! ```
//!
//! # Every way a host may behave
//!
//! Where the documentation is silent, a real host may do either; one consistent choice is a [`Dialect`].
//! [`TestHost::each_dialect`] runs a test under a few of them in which every two choices meet, on a fresh host each:
//!
//! ```
//! # use wsman_authz::testing::TestHost;
//! # use wsman_authz::{Action, ApplicationInfo, Identity, OperationRequest, Plugin, StartError, UserGrant, UserRequest};
//! # struct Readers;
//! # impl Plugin for Readers {
//! #     type Context = String;
//! #     fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
//! #         Ok(Self)
//! #     }
//! #     fn authorize_user(&self, request: UserRequest<String>) {
//! #         request.allow(UserGrant::new(Identity::Client).context("context".to_owned()));
//! #     }
//! #     fn authorize_operation(&self, request: OperationRequest<String>) {
//! #         request.allow_sharing_context();
//! #     }
//! # }
//! use std::time::Duration;
//!
//! use wsman_authz::testing::EndOfOperation;
//!
//! TestHost::<Readers>::each_dialect(|host| {
//!     let listing = host.request("CORP\\alice").action(Action::Enumerate).begin();
//!     assert!(listing.is_open());
//!     assert!(host.reauthorize("CORP\\alice").unwrap().is_allowed()); // asked again, while the listing goes on
//!     listing.end(EndOfOperation::Disconnected);
//!     host.advance(Duration::from_secs(3600)); // the user record expires
//!     assert_eq!(host.user("CORP\\alice"), None);
//! });
//! ```
//!
//! For random histories, draw the number of a dialect below [`COUNT`] and a list of steps with the tool of your choice:
//!
//! ```text
//! proptest! {
//!     #[test]
//!     fn nobody_is_let_in_by_chance(dialect in 0..COUNT, steps in vec((0..3_usize, any::<bool>()), 0..40)) {
//!         let host = TestHost::<Readers>::setup().dialect(Dialect::nth(dialect).unwrap()).start();
//!         for (user, patient) in steps {
//!             let outcome = host.request(USERS[user]).send();
//!             prop_assert_eq!(outcome.is_allowed(), USERS[user].starts_with("CORP\\"));
//!             host.advance(Duration::from_secs(if patient { 3600 } else { 1 }));
//!         }
//!         host.shutdown().assert_clean();
//!     }
//! }
//! ```
//!
//! # Answers from other threads
//!
//! [`Ask::send`] waits for them, five seconds of real time at most. [`Ask::begin`] does not: look at
//! [`Operation::outcome`], or [wait](TestHost::wait_for_answers). The clock of the host and of the engine's deadline
//! ([`Plugin::ANSWER_WITHIN`](crate::Plugin::ANSWER_WITHIN)) moves only with [`TestHost::advance`].

mod ask;
mod client;
mod host;
mod inner;
pub(crate) mod letter;
pub(crate) mod library;
pub(crate) mod log;
mod outcome;
mod report;
pub(crate) mod said;
mod setup;
mod stage;
mod thread;
pub mod wire;

pub use ask::{Ask, Operation};
pub use client::Client;
pub use host::TestHost;
pub use log::Logged;
pub use outcome::{Answer, Entry, Outcome, Record, Refused, RunsAs};
pub use report::{Broken, Report};
pub use setup::Setup;
pub use wsman_authz_core::Rule;
pub use wsman_authz_core::call::EndOfOperation;
pub use wsman_authz_core::dialect::{self, COUNT, Dialect, covering_set};
