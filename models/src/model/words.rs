//! A story in words: what happens, who holds what after it, and which step breaks what.

use std::fmt;

use wsman_authz_core::call::Call;
use wsman_authz_core::{Context, Sender};

use super::User;
use super::tape::Line;

/// Between whom something happens, and which way it goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// The host calls the plug-in.
    ToPlugIn,
    /// That call returns.
    FromPlugIn,
    /// The plug-in calls the host.
    ToHost,
    /// That call returns.
    FromHost,
    AtHost,
    AtPlugIn,
    /// The environment's part.
    Around,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ToPlugIn => "host → ",
            Self::FromPlugIn => "host ← ",
            Self::ToHost => "plug-in → ",
            Self::FromHost => "plug-in ← ",
            Self::AtHost => "host: ",
            Self::AtPlugIn => "plug-in: ",
            Self::Around => "· ",
        })
    }
}

/// Writes a story as a table, host on the left of each call, plug-in on the right.
///
/// # Errors
/// Writing fails.
pub fn write_steps(text: &mut impl fmt::Write, story: &[Line]) -> fmt::Result {
    writeln!(text, "{:>4}  {:66}  live contexts after it", "step", "what happens")?;
    for (number, line) in story.iter().enumerate() {
        let (way, words) = said(line);
        writeln!(text, "{:4}  {:66}  {}", number + 1, format!("{way}{words}"), held(line))?;
        for violation in &line.violations {
            writeln!(text, "   !  {} {}", violation.rule, violation.why)?;
        }
    }
    Ok(())
}

/// Who holds what after it.
pub(super) fn held(line: &Line) -> &str {
    if line.holds.is_empty() { "–" } else { &line.holds }
}

/// What happens in a line.
pub(super) fn said(line: &Line) -> (Way, String) {
    line.crossing.as_ref().map_or_else(|| (Way::Around, line.what.clone()), |crossing| sentence(&crossing.call))
}

fn sentence(call: &Call<User>) -> (Way, String) {
    let context = |context: Option<Context>| context.map_or_else(|| "NULL".to_owned(), |context| context.to_string());
    let sender = |sender: Option<Sender>| sender.map_or_else(|| "NULL".to_owned(), |sender| sender.to_string());
    match call {
        Call::Startup { application, .. } => (Way::ToPlugIn, format!("Startup({application})")),
        Call::StartupReturn { application, error } => {
            (Way::FromPlugIn, format!("Startup({application}) returns {error}"))
        }
        Call::Shutdown { application, .. } => (Way::ToPlugIn, format!("Shutdown({application})")),
        Call::ShutdownReturn { application, .. } => (Way::FromPlugIn, format!("Shutdown({application}) returns")),
        Call::AuthorizeUser { sender, user, reauthorization, .. } => {
            let again = if *reauthorization == Some(true) { ", again" } else { "" };
            (Way::ToPlugIn, format!("AuthzUser({sender}, {user}{again})"))
        }
        Call::AuthorizeOperation { sender, user, operation, .. } => {
            let operation = operation.map(|operation| format!(", {operation}")).unwrap_or_default();
            (Way::ToPlugIn, format!("AuthzOperation({sender}, {user}{operation})"))
        }
        Call::QueryQuota { sender, user, .. } => (Way::ToPlugIn, format!("AuthzQueryQuota({sender}, {user})")),
        Call::EntryReturn { sender, .. } => (Way::FromPlugIn, format!("  the entry of {sender} returns")),
        Call::Complete(completion) => {
            let verdict =
                if completion.is_success() { "yes".to_owned() } else { format!("error {}", completion.error) };
            let (kind, sender) = (completion.kind, sender(completion.sender));
            let context = context(completion.context);
            (Way::ToHost, format!("{kind:?}Complete({sender}, {verdict}, context {context})"))
        }
        Call::CompleteReturn { kind, sender: of, error } => {
            (Way::FromHost, format!("{kind:?}Complete({}) returns {error}", sender(*of)))
        }
        Call::Release { context: released } => (Way::ToPlugIn, format!("ReleaseContext({})", context(*released))),
        Call::ReleaseReturn { context: released } => {
            (Way::FromPlugIn, format!("ReleaseContext({}) returns", context(*released)))
        }
        Call::OperationEnd { operation, how } => (Way::AtHost, format!("{operation} has ended, {how:?}")),
        Call::RecordExpired { user, .. } => (Way::AtHost, format!("the record of {user} expires")),
        Call::RequestTimedOut { sender } => (Way::AtHost, format!("it waits no longer for {sender}")),
        Call::PayloadCreated { payload } => (Way::AtPlugIn, format!("payload {payload} is created")),
        Call::PayloadDropped { payload } => (Way::AtPlugIn, format!("payload {payload} is dropped")),
    }
}
