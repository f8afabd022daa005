//! A history in which a machine and its reference differ: made as short as leaving out can make it, told as a
//! counterexample of `verify` is, kept as a trace.

use std::fmt;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use wsman_authz_core::fault::Fault;
use wsman_authz_models::judge::{Choice, Source, judge_stream};

use super::Subject;
use super::minimise::minimise;
use super::story::Story;

/// A locally minimal failure.
#[derive(Clone, Debug)]
pub struct Failure {
    subject: Subject,
    fault: Option<Fault>,
    bytes: Vec<u8>,
    /// How the two differ.
    pub why: String,
    /// What led to it.
    pub story: Story,
    trace: Option<PathBuf>,
}

impl Failure {
    /// Plays a history; if it fails, leaves out what it can, and tells what is left.
    #[must_use]
    pub fn find(subject: Subject, bytes: &[u8], fault: Option<Fault>) -> Option<Self> {
        subject.play(bytes, fault, None).err()?;
        let (head, group) = subject.shape();
        let bytes = minimise(bytes, head, group, |bytes| subject.play(bytes, fault, None).is_err());
        Self::tell(subject, bytes, fault)
    }

    fn tell(subject: Subject, bytes: Vec<u8>, fault: Option<Fault>) -> Option<Self> {
        let mut story = Story::default();
        let why = subject.play(&bytes, fault, Some(&mut story)).err()?;
        Some(Self { subject, fault, bytes, why, story, trace: None })
    }

    /// The failure of a name that [`Failure::name`] gave; `None` if the history does not fail any more.
    ///
    /// # Errors
    /// Why the name is none.
    pub fn named(name: &str) -> Result<Option<Self>, String> {
        let (who, bytes) = name.split_once(':').ok_or("a name is `engine:`, `host:` or `boundary:`, and bytes")?;
        let (subject, fault) = who.split_once('+').map_or((who, None), |(subject, fault)| (subject, Some(fault)));
        let known = Subject::ALL.into_iter().find(|known| known.name() == subject);
        let subject = known.ok_or_else(|| format!("`{subject}` has no reference"))?;
        let known = |name: &str| Fault::ALL.iter().copied().find(|known| known.name() == name);
        let fault = fault.map(|name| known(name).ok_or_else(|| format!("`{name}` is no seeded fault"))).transpose()?;
        let (pairs, rest) = bytes.as_bytes().as_chunks();
        let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
        let bytes = bytes.filter(|_| rest.is_empty()).ok_or("bytes are pairs of hexadecimal digits")?;
        Ok(Self::tell(subject, bytes, fault))
    }

    /// What names it: the machine, its fault, the bytes.
    #[must_use]
    pub fn name(&self) -> String {
        let fault = self.fault.map(|fault| format!("+{fault}")).unwrap_or_default();
        let bytes: String = self.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}{fault}:{bytes}", self.subject)
    }

    /// How many inputs are left.
    #[must_use]
    pub const fn inputs(&self) -> usize {
        let (head, group) = self.subject.shape();
        self.bytes.len().saturating_sub(head) / group
    }

    /// Writes the trace into a folder.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(mut self, folder: &Path) -> io::Result<Self> {
        let mut hasher = DefaultHasher::new();
        self.name().hash(&mut hasher);
        let path = folder.join(format!("{}-{:016x}.jsonl", self.subject, hasher.finish()));
        fs::write(&path, self.story.trace())?;
        self.trace = Some(path);
        Ok(self)
    }

    /// Rules that the judge finds broken in the trace.
    #[must_use]
    pub fn judged(&self) -> Vec<String> {
        if !self.story.crosses() {
            return Vec::new();
        }
        let judged = judge_stream(&Source::new(Path::new("-")), &*self.story.trace(), Choice::AsTheTraceSays);
        judged.map_or_else(
            |error| vec![format!("no trace: {error}")],
            |report| report.counterexamples.into_iter().map(|found| found.rule).collect(),
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The {} and its reference differ: {}", self.subject, self.why)?;
        writeln!(f, "  minimal   locally: none of the {} inputs can be left out", self.inputs())?;
        let judged = self.judged();
        let judged = if judged.is_empty() { "no rule broken up to here".to_owned() } else { judged.join(", ") };
        writeln!(f, "  judge     {judged}")?;
        if let Some(trace) = &self.trace {
            writeln!(f, "  trace     {}", trace.display())?;
        }
        write!(f, "\n{}", self.story.table())?;
        writeln!(f, "   !  {}", self.why)?;
        writeln!(f, "\n  again: cargo run -p wsman-authz-tests --example replay -- {}", self.name())
    }
}
