//! A host that hears badly: whatever in a completion is not what the plug-in said, the comparison tells.

use std::path::Path;

use wsman_authz::testing::wire::{RequestKind, Said};
use wsman_authz_models::judge::{Choice, Source, judge_stream};

use super::{GROUP, Story, play};
use crate::cases::bytes;

/// One thing that is heard wrongly.
type Twist = (&'static str, fn(&mut Said));

const TWISTS: [Twist; 9] = [
    ("the kind", |said| said.kind = RequestKind::Quota),
    ("flags", |said| said.flags = 1),
    ("no context", |said| said.context = 0),
    ("a context of a failure", |said| said.context |= usize::from(said.error != 0)),
    ("the client's token for the process", |said| {
        if said.token == 0x51 {
            said.token = 0;
        }
    }),
    ("an administrator", |said| said.administrator = false),
    ("no quota", |said| said.quota = None),
    ("a yes", |said| said.error = 0),
    ("no text", |said| said.text = None),
];

#[test]
fn whatever_is_heard_wrongly_is_told() {
    for (what, twist) in TWISTS {
        let histories = (1..=20).map(|seed| bytes(seed, 0, GROUP));
        let told = histories.into_iter().find_map(|bytes| {
            let mut story = Story::default();
            let why = play(&bytes, Some(twist), Some(&mut story)).err()?;
            Some((why, story))
        });
        let (why, story) = told.unwrap_or_else(|| panic!("{what}: nothing was noticed"));
        assert!(why.starts_with("seen and not due: [Said { ") || why.starts_with("CL-14"), "{what}: {why}");
        assert!(story.table().contains("plug-in → "), "{what}:\n{}", story.table());
        let judged = judge_stream(&Source::new(Path::new("-")), &*story.trace(), Choice::AsTheTraceSays);
        assert!(judged.is_ok_and(|judged| judged.records > 3), "{what}: no trace");
    }
}
