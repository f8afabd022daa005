//! The memory behind `senderDetails`: valid from the entry until the completion (HA-01), poisoned then.
//!
//! After its completion a request's memory is filled with garbage: the pointers of the structure lead into a range
//! where nothing is mapped ([`is_poison`]), so that a plug-in that still reads it (CL-62) is caught in the act.
//! The host numbers its requests; the pool gives each number an address. Where addresses are not to be reused, an
//! address that was given back waits in a queue of [`QUARANTINE`] before it serves again, so memory stays bounded.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use wsman_authz_core::Sender;
use wsman_authz_core::call::RequestKind;
use wsman_authz_core::dialect::SenderPointer;

use super::abi::SenderDetails;
use super::user::{MECHANISM, User};

/// The URL of every request.
const URL: &str = "http://host.example:5985/wsman";
/// How many addresses rest before one is used again under the dialect `sender_pointer=unique`.
const QUARANTINE: usize = 1 << 16;
/// Room for the strings of one sender, in UTF-16 units. A longer name lives elsewhere and for ever.
const ROOM: usize = 80;
/// Where poisoned pointers lead: canonical addresses at which no process here has anything mapped.
const POISON: usize = 0x6EAD_6EAD_0000;
/// What poisoned strings are made of.
const POISON_UNIT: u16 = 0x2620;

/// Whether an access to this address went through a poisoned pointer.
pub(super) const fn is_poison(address: u64) -> bool {
    address >> 16 == (POISON >> 16) as u64
}

/// The address of one sender: a pointer that may go to other threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address(usize);

impl Address {
    pub(super) const fn pointer(self) -> *mut SenderDetails {
        std::ptr::with_exposed_provenance_mut(self.0)
    }
}

/// One sender's memory. Never freed, because a faulty plug-in may read it at any time.
#[repr(C)]
struct Block {
    details: SenderDetails,
    strings: [u16; ROOM],
}

/// What the pool knows about one address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tenant {
    /// The request that has it, or had it last.
    pub(super) sender: Sender,
    /// In which round.
    pub(super) round: u32,
    /// Which question.
    pub(super) kind: RequestKind,
    /// Whether it was not completed yet.
    pub(super) open: bool,
    /// When the entry point was called.
    pub(super) entered: Instant,
    /// The token that the host passed.
    pub(super) token: usize,
    /// Whether the address always serves the same number.
    fixed: bool,
}

/// Every address, and who has it.
#[derive(Debug, Default)]
pub(super) struct SenderPool {
    round: u32,
    reuse: bool,
    tenants: HashMap<usize, Tenant>,
    /// Addresses by the host's number, where addresses are reused.
    fixed: HashMap<Sender, usize>,
    resting: VecDeque<usize>,
    odd_names: HashMap<User, usize>,
}

impl SenderPool {
    /// A new round begins: what the last one left open is over.
    pub(super) fn begin_round(&mut self, pointer: SenderPointer) {
        self.round += 1;
        self.reuse = pointer == SenderPointer::Reused;
        let left: Vec<usize> = self.tenants.iter().filter(|(_, t)| t.open).map(|(address, _)| *address).collect();
        for address in left {
            self.close(address);
        }
    }

    /// Who has this address, or had it last.
    pub(super) fn tenant(&self, address: usize) -> Option<&Tenant> {
        self.tenants.get(&address)
    }

    /// Whether the address belongs to the round that runs.
    pub(super) const fn is_current(&self, tenant: &Tenant) -> bool {
        tenant.round == self.round
    }

    /// Gives a request its address and fills it.
    pub(super) fn open(&mut self, sender: Sender, kind: RequestKind, user: User) -> Address {
        let address = self.address_for(sender);
        let token = 0x1000 + 4 * (user.0 as usize & 0xFFFF);
        fill(address, user, token, self.odd_name(user));
        let (round, entered, fixed) = (self.round, Instant::now(), self.reuse);
        self.tenants.insert(address, Tenant { sender, round, kind, open: true, entered, token, fixed });
        Address(address)
    }

    /// The request is about to be put to the plug-in, later than it was opened.
    pub(super) fn enter(&mut self, address: Address) {
        if let Some(tenant) = self.tenants.get_mut(&address.0) {
            tenant.entered = Instant::now();
        }
    }

    /// The plug-in completed the request at this address: from now on it must not read it.
    pub(super) fn close(&mut self, address: usize) {
        let Some(tenant) = self.tenants.get_mut(&address).filter(|tenant| tenant.open) else { return };
        tenant.open = false;
        poison(address);
        if !tenant.fixed {
            self.resting.push_back(address);
        }
    }

    fn address_for(&mut self, sender: Sender) -> usize {
        if self.reuse {
            if let Some(address) = self.fixed.get(&sender) {
                return *address;
            }
            let address = allocate();
            self.fixed.insert(sender, address);
            return address;
        }
        if self.resting.len() < QUARANTINE { allocate() } else { self.resting.pop_front().unwrap_or_else(allocate) }
    }

    /// The pointer to a name that has no room in the block; 0 for a name that has, or for none.
    fn odd_name(&mut self, user: User) -> usize {
        if !User::ODD.contains(&user) {
            return 0;
        }
        *self.odd_names.entry(user).or_insert_with(|| {
            let Some(mut units) = user.units() else { return 0 };
            units.push(0);
            units.leak().as_ptr().expose_provenance()
        })
    }
}

fn allocate() -> usize {
    Box::into_raw(Box::new(poisoned())).expose_provenance()
}

/// Fills the block at `address` for `user`; `name` is the pointer to a name that has no room in it.
fn fill(address: usize, user: User, token: usize, name: usize) {
    let mut strings = [0; ROOM];
    let mut at = 0;
    let mut place = |text: &[u16]| {
        let start = at;
        for (unit, room) in text.iter().zip(strings.iter_mut().skip(start)) {
            *room = *unit;
        }
        at = start + text.len() + 1; // The NUL is there already.
        std::ptr::with_exposed_provenance(address + std::mem::offset_of!(Block, strings) + 2 * start)
    };
    let authentication_mechanism = place(&MECHANISM.encode_utf16().collect::<Vec<_>>());
    let http_url = place(&URL.encode_utf16().collect::<Vec<_>>());
    let sender_name = match user.units() {
        Some(units) if !User::ODD.contains(&user) => place(&units),
        _ => std::ptr::with_exposed_provenance(name),
    };
    let client_token = std::ptr::without_provenance_mut(token);
    // Valid only if the mechanism is ClientCertificate, which permits garbage otherwise (HA-04).
    let certificate_details = std::ptr::without_provenance(POISON);
    let details = SenderDetails { sender_name, authentication_mechanism, certificate_details, client_token, http_url };
    put(address, Block { details, strings });
}

/// Fills the block at `address` with garbage.
fn poison(address: usize) {
    put(address, poisoned());
}

const fn poisoned() -> Block {
    let mut strings = [POISON_UNIT; ROOM];
    strings[ROOM - 1] = 0;
    let garbage = std::ptr::without_provenance(POISON);
    let details = SenderDetails {
        sender_name: garbage,
        authentication_mechanism: garbage,
        certificate_details: std::ptr::without_provenance(POISON),
        client_token: std::ptr::without_provenance_mut(POISON),
        http_url: garbage,
    };
    Block { details, strings }
}

fn put(address: usize, block: Block) {
    let place = std::ptr::with_exposed_provenance_mut::<Block>(address);
    // SAFETY: `allocate` made the block and nobody frees it; the lock of the stage admits one writer at a time, and a
    // plug-in reads it only before it completes the request, when nobody writes (HA-01).
    unsafe { place.write(block) };
}
