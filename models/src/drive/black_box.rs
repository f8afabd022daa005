//! The last crossings, in a file that outlives the process: what a flight recorder is to an aircraft.
//!
//! The child maps the file into memory and writes each record of the trace into the next slot of a ring: no system
//! call, and nothing is lost when the process dies. The header also takes the note of a dying thread.

use std::fs::File;
use std::path::Path;

use memmap2::MmapMut;
use serde_json::Value;

/// Bytes before the first slot.
const HEADER: usize = 64;
/// Bytes of one slot: two for the length, then the record.
const SLOT: usize = 512;
/// How many of the last crossings are kept.
const SLOTS: usize = 2048;

/// Where in the header a number stands, in units of eight bytes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field {
    /// Records written so far.
    Written = 0,
    /// The signal or exception that a thread died of, plus one; 1 for a call of `exit`.
    Cause = 1,
    /// The address that it touched.
    Address = 2,
    /// The innermost call that it was in.
    Call = 3,
    /// Where its stack stood when that call began.
    Stack = 4,
    /// 1 if an exception or a panic left the plug-in.
    Unwound = 5,
}

/// The writing end.
#[derive(Debug)]
pub(super) struct BlackBox {
    map: MmapMut,
    written: u64,
}

impl BlackBox {
    /// Makes the file anew.
    pub(super) fn create(path: &Path) -> std::io::Result<Self> {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
        file.set_len((HEADER + SLOT * SLOTS) as u64)?;
        // SAFETY: a fresh file in a directory of our own; nobody cuts it short.
        let map = unsafe { MmapMut::map_mut(&file)? };
        Ok(Self { map, written: 0 })
    }

    /// Writes one record, given in its trace form. One that is too long for a slot is replaced by its first fields.
    pub(super) fn write(&mut self, record: &[u8]) {
        let start = HEADER + SLOT * (self.written % SLOTS as u64) as usize;
        let mut shortened = Vec::new();
        let record = if record.len() > SLOT - 2 {
            shorten(record, &mut shortened);
            &shortened
        } else {
            record
        };
        let Some(slot) = self.map.get_mut(start..start + SLOT) else { return };
        for (place, byte) in slot.iter_mut().zip((record.len() as u16).to_le_bytes()) {
            *place = byte;
        }
        if let Some(place) = slot.get_mut(2..2 + record.len()) {
            place.copy_from_slice(record);
        }
        self.written += 1;
        self.map[..8].copy_from_slice(&self.written.to_le_bytes());
    }

    /// The records in it, oldest first.
    pub(super) fn records(&self) -> Vec<Value> {
        read_records(&self.map)
    }

    /// The address of the header, for the handlers of a dying thread.
    pub(super) fn header(&mut self) -> *mut u64 {
        self.map.as_mut_ptr().cast()
    }
}

fn shorten(record: &[u8], out: &mut Vec<u8>) {
    let Ok(Value::Object(fields)) = serde_json::from_slice(record) else { return };
    let kept: serde_json::Map<_, _> = fields
        .into_iter()
        .map(|(name, value)| match value {
            Value::String(text) if text.len() > 60 => {
                let start: String = text.chars().take(40).collect();
                (name, Value::String(format!("{start}…")))
            }
            value => (name, value),
        })
        .collect();
    *out = serde_json::to_vec(&kept).unwrap_or_default();
    out.truncate(SLOT - 2);
}

/// What a dying thread noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DyingNote {
    /// The signal or exception; `None` if it called `exit`.
    pub(super) cause: Option<u32>,
    /// The address that it touched.
    pub(super) address: u64,
    /// The innermost call; 0 outside of any.
    pub(super) call: u64,
    /// Where the stack stood when that call began; 0 outside of any.
    pub(super) stack: u64,
    /// Whether an exception or a panic left the plug-in.
    pub(super) unwound: bool,
}

/// What the file says after the process is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Remains {
    /// The last records, oldest first.
    pub(super) records: Vec<Value>,
    /// The note.
    pub(super) note: Option<DyingNote>,
}

impl Remains {
    /// Reads the file; empty if there is none.
    pub(super) fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap_or_default();
        let cause = field(&bytes, Field::Cause);
        let note = (cause > 0).then(|| DyingNote {
            cause: u32::try_from(cause - 1).ok().filter(|cause| *cause > 0),
            address: field(&bytes, Field::Address),
            call: field(&bytes, Field::Call),
            stack: field(&bytes, Field::Stack),
            unwound: field(&bytes, Field::Unwound) != 0,
        });
        Self { records: read_records(&bytes), note }
    }
}

fn field(bytes: &[u8], field: Field) -> u64 {
    let start = 8 * field as usize;
    let bytes = bytes.get(start..start + 8).and_then(|bytes| bytes.try_into().ok());
    u64::from_le_bytes(bytes.unwrap_or_default())
}

fn read_records(bytes: &[u8]) -> Vec<Value> {
    let written = field(bytes, Field::Written);
    let oldest = written.saturating_sub(SLOTS as u64);
    let record = |number: u64| {
        let slot = bytes.get(HEADER + SLOT * (number % SLOTS as u64) as usize..)?;
        let length = usize::from(u16::from_le_bytes([*slot.first()?, *slot.get(1)?]));
        serde_json::from_slice(slot.get(2..2 + length)?).ok()
    };
    (oldest..written).filter_map(record).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_records_survive_in_order() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("box");
        let mut black_box = BlackBox::create(&path).expect("a new file");
        for seq in 1..=SLOTS as u64 + 3 {
            black_box.write(format!("{{\"seq\":{seq}}}").as_bytes());
        }
        let long = format!("{{\"seq\":9,\"user\":\"{}\"}}", "x".repeat(2 * SLOT));
        black_box.write(long.as_bytes());
        let remains = Remains::read(&path);
        assert_eq!((remains.records.len(), remains.note), (SLOTS, None));
        assert_eq!(remains.records[0]["seq"], 5);
        assert_eq!(remains.records[SLOTS - 1]["seq"], 9);
        assert_eq!(remains.records, black_box.records());
    }
}
