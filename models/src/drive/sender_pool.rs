//! The addresses of `senderDetails`: who has which, from the entry until the completion (HA-01), and who had it before.
//!
//! The host numbers its requests; the pool gives each number an address. Where addresses are not to be reused, an
//! address that was given back waits in a queue of [`QUARANTINE`] before it serves again, so memory stays bounded.
//! Where they are, it serves the next request: then only who asks from where tells whether a completion is for the
//! present request or one too many for a former one.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::time::Instant;

use wsman_authz_core::call::RequestKind;
use wsman_authz_core::dialect::SenderPointer;
use wsman_authz_core::{ApplicationId, Sender};

use super::abi::SenderDetails;
use super::sender_block::{filled, poisoned};
use super::sender_memory::SenderMemory;
use super::user::User;

/// How many addresses rest before one is used again under the dialect `sender_pointer=unique`.
const QUARANTINE: usize = 1 << 16;
/// The address of one sender: a pointer that may go to other threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address(usize);

impl Address {
    pub(super) const fn pointer(self) -> *mut SenderDetails {
        std::ptr::with_exposed_provenance_mut(self.0)
    }
}

/// What the pool knows about one address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tenant {
    /// Whose it is.
    application: ApplicationId,
    /// The request that has it, or had it last.
    pub(super) sender: Sender,
    /// In which round.
    pub(super) round: u32,
    /// Which question.
    pub(super) kind: RequestKind,
    /// Whether it was not completed yet.
    pub(super) open: bool,
    /// How far the call is that puts the question.
    pub(super) phase: Phase,
    /// When the entry point was called.
    pub(super) entered: Instant,
    /// The token that the host passed.
    pub(super) token: usize,
    /// The call that put the question, by its number in the trace.
    pub(super) call: u64,
    /// Which questions the address stood for before, in this round.
    pub(super) before: Kinds,
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds([bool; 3]);

impl Kinds {
    fn with(mut self, kind: RequestKind) -> Self {
        self.0[kind as usize] = true;
        self
    }

    pub(super) const fn contains(self, kind: RequestKind) -> bool {
        self.0[kind as usize]
    }

    pub(super) const fn is_empty(self) -> bool {
        matches!(self.0, [false, false, false])
    }
}

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It crossed, and is still to be made.
    Announced,
    /// The plug-in knows of it.
    UnderWay,
    /// It returned.
    Returned,
}

/// Every address, and who has it.
#[derive(Debug)]
pub(super) struct SenderPool {
    memory: SenderMemory,
    round: u32,
    reuse: bool,
    tenants: HashMap<usize, Tenant>,
    /// Which address a number of the host's was given last.
    addresses: HashMap<Sender, usize>,
    /// Addresses without a request, the one that rests longest first. Each application has its own: whose a completion
    /// is that comes too late can then be told.
    resting: HashMap<ApplicationId, VecDeque<usize>>,
    odd_names: HashMap<User, usize>,
}

impl SenderPool {
    /// A pool with memory of its own.
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self {
            memory: SenderMemory::new()?,
            round: 0,
            reuse: false,
            tenants: HashMap::new(),
            addresses: HashMap::new(),
            resting: HashMap::new(),
            odd_names: HashMap::new(),
        })
    }

    /// Where the plug-in reads and must not write.
    pub(super) fn guarded(&self) -> Range<usize> {
        self.memory.guarded()
    }

    /// A new round begins: what the last one left open is over.
    pub(super) fn begin_round(&mut self, pointer: SenderPointer) {
        self.round += 1;
        self.reuse = pointer == SenderPointer::Reused;
        self.addresses.clear();
        for (address, tenant) in self.tenants.iter_mut().filter(|(_, tenant)| tenant.open) {
            tenant.open = false; // Its address never serves again: somebody may still complete it.
            self.memory.put(*address, poisoned());
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

    /// Whether the number of the request that had this address is another one's by now. One that was never completed
    /// lost its number with its application.
    pub(super) fn has_lost_its_number(&self, address: usize, tenant: &Tenant) -> bool {
        self.addresses.get(&tenant.sender).is_some_and(|newest| *newest != address)
    }

    /// Gives a request its address and fills it.
    pub(super) fn open(
        &mut self,
        application: ApplicationId,
        sender: Sender,
        kind: RequestKind,
        user: User,
    ) -> Address {
        let address = self.address(application);
        let token = 0x1000 + 4 * (user.0 as usize & 0xFFFF);
        let block = filled(address, user, token, self.odd_name(user));
        self.memory.put(address, block);
        let (round, entered, phase) = (self.round, Instant::now(), Phase::Announced);
        let before = self.tenants.get(&address).filter(|before| before.round == round);
        let before = before.map_or_else(Kinds::default, |before| before.before.with(before.kind));
        let tenant = Tenant { application, sender, round, kind, open: true, phase, entered, token, call: 0, before };
        self.tenants.insert(address, tenant);
        if self.reuse {
            self.addresses.insert(sender, address);
        }
        Address(address)
    }

    /// The request's call has its number.
    pub(super) fn announce(&mut self, address: Address, call: u64) {
        if let Some(tenant) = self.tenants.get_mut(&address.0) {
            tenant.call = call;
        }
    }

    /// The call that puts the request to the plug-in is made now.
    pub(super) fn enter(&mut self, address: Address) {
        if let Some(tenant) = self.tenants.get_mut(&address.0) {
            (tenant.entered, tenant.phase) = (Instant::now(), Phase::UnderWay);
        }
    }

    /// The call of that number returned.
    pub(super) fn leave(&mut self, address: Address, call: u64) {
        let Some(tenant) = self.tenants.get_mut(&address.0).filter(|tenant| tenant.call == call) else { return };
        if tenant.open {
            tenant.phase = Phase::Returned;
        } else if tenant.phase != Phase::Returned {
            self.rest(address.0);
        }
    }

    /// The plug-in completed the request at this address, from inside the call of that number or, if it is 0, from
    /// outside of any: from now on it must not read it. If it did so from inside another request's call, it may not
    /// know in its own yet, and has time until that returns.
    pub(super) fn close(&mut self, address: usize, inside: u64) {
        let Some(tenant) = self.tenants.get_mut(&address).filter(|tenant| tenant.open) else { return };
        tenant.open = false;
        if inside == 0 || tenant.phase == Phase::Returned {
            self.rest(address);
        } else if inside == tenant.call {
            self.memory.put(address, poisoned());
        }
    }

    /// The address may serve again. It does not as long as its own call completes it: one completion too many is then
    /// told from the first of the next request.
    fn rest(&mut self, address: usize) {
        self.memory.put(address, poisoned());
        let Some(tenant) = self.tenants.get_mut(&address) else { return };
        tenant.phase = Phase::Returned;
        self.resting.entry(tenant.application).or_default().push_back(address);
    }

    fn address(&mut self, application: ApplicationId) -> usize {
        let resting = self.resting.entry(application).or_default();
        let rested = match self.reuse {
            true => resting.pop_back(),
            false if resting.len() < QUARANTINE => None,
            false => resting.pop_front(),
        };
        rested.unwrap_or_else(|| self.memory.allocate(poisoned()))
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

#[cfg(test)]
mod tests {
    use super::*;

    const USER: User = User(1);

    fn open(pool: &mut SenderPool, application: u32, number: u64) -> usize {
        let sender = Sender::new(number).expect("not 0");
        pool.open(ApplicationId(application), sender, RequestKind::User, USER).0
    }

    fn has_lost_its_number(pool: &SenderPool, address: usize) -> bool {
        pool.has_lost_its_number(address, pool.tenant(address).expect("it had a request"))
    }

    #[test]
    fn what_an_application_left_open_keeps_its_address_and_loses_its_number() {
        let mut pool = SenderPool::new().expect("memory");
        pool.begin_round(SenderPointer::Reused);
        let left_open = open(&mut pool, 0, 1);
        assert!(!has_lost_its_number(&pool, left_open));
        // The application has shut down: the host's number 1 is free, and goes to the other application.
        let next = open(&mut pool, 1, 1);
        assert_ne!(next, left_open);
        assert!(has_lost_its_number(&pool, left_open) && !has_lost_its_number(&pool, next));
        assert!(pool.tenant(left_open).expect("it had a request").open, "nobody completed it");
    }

    #[test]
    fn what_was_completed_gives_address_and_number_to_the_next() {
        let mut pool = SenderPool::new().expect("memory");
        pool.begin_round(SenderPointer::Reused);
        let first = open(&mut pool, 0, 1);
        pool.leave(Address(first), 0);
        pool.close(first, 0);
        assert_eq!(open(&mut pool, 0, 1), first);
        assert!(!has_lost_its_number(&pool, first));
    }
}
