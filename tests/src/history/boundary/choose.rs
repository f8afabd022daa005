//! What four bytes stand for, given what there is.

use wsman_authz::testing::wire::RequestKind;
use wsman_authz_core::Context;

use super::words::{Act, Behind, Inside, Letter, Plan, Who, Word, client};
use super::{History, board};
use crate::reference::engine::REDIRECTS;

impl History<'_> {
    pub(super) fn choose(&mut self, what: u8, which: usize, how: u8, more: u8) -> Act {
        let application = self.application(which);
        match what % 16 {
            0 => Act::Startup(which % 2),
            1 if which % 16 < 2 => Act::Shutdown(application),
            2 if how == 0 => Act::Ask(RequestKind::Operation, application, None),
            1..=4 => Act::Ask(RequestKind::User, application, Some(self.letter(application, which, how, more))),
            5..=7 => Act::Ask(RequestKind::Operation, application, Some(self.letter(application, which, how, more))),
            8 => Act::Ask(RequestKind::Quota, application, Some(self.letter(application, which, how, more))),
            9..=12 if self.expect.held() > 0 => {
                let word = self.word(how, more);
                let word = if word == Word::Hold { Word::Drop } else { word };
                Act::Answer(which % self.expect.held(), word)
            }
            13 | 14 => Act::Release(self.context(which, how)),
            _ => Act::Wait(u64::from(how.is_multiple_of(4))),
        }
    }

    /// The plug-in context of an application that runs, or now and then one that means nothing any more.
    fn application(&self, which: usize) -> usize {
        let stale = self.stopped.last().copied().unwrap_or(9_999);
        if which % 32 == 31 { stale } else { self.running[which / 32 % 2].or(self.running[0]).unwrap_or(stale) }
    }

    /// A letter with everything that is to become of it.
    fn letter(&mut self, application: usize, which: usize, how: u8, more: u8) -> Letter {
        let user = (which % 3) as u8;
        let word = if how.is_multiple_of(2) { Word::Hold } else { self.word(how / 2, more) };
        let refuse = if more % 8 == 7 { 87 } else { 0 };
        let inside = match more / 8 % 8 {
            0 => Some(Inside::Release),
            1 | 2 => {
                let word = self.word(how / 4, more.rotate_left(3));
                let plan = Plan { application, user, word, refuse: 0, inside: None };
                Some(Inside::Ask(self.write(plan)))
            }
            _ => None,
        };
        self.write(Plan { application, user, word, refuse, inside })
    }

    fn write(&mut self, plan: Plan) -> Letter {
        let spare = self.spare[usize::from(plan.user)].pop();
        let letter = spare.unwrap_or(self.expect.plans.len());
        board::write(letter, &client(plan.user), plan);
        match self.expect.plans.get_mut(letter) {
            Some(known) => *known = plan,
            None => self.expect.plans.push(plan),
        }
        letter
    }

    fn word(&mut self, how: u8, more: u8) -> Word {
        match how % 16 {
            0 => Word::Drop,
            1 => Word::Panic,
            2 => Word::Deny,
            3 => Word::DenyWith(u32::from(more % 4)),
            4 => Word::Redirect(usize::from(more) % REDIRECTS.len()),
            5 => Word::Hold,
            _ => {
                self.values += 1;
                self.tokens += 1;
                let payload = [Behind::Fresh(self.values), Behind::Kept, Behind::Nothing][usize::from(how / 2 % 3)];
                let who = [Who::Client, Who::Host, Who::Token(self.tokens)][usize::from(more % 3)];
                Word::Allow { payload, who, administrator: more >= 128 }
            }
        }
    }

    /// Most of the time a live context; else one that was, or one that never was.
    fn context(&self, which: usize, how: u8) -> usize {
        let (live, ever) = self.expect.contexts();
        let value = |context: Context| context.value() as usize;
        match how % 8 {
            0 => which,
            1 => ever.get(which % ever.len().max(1)).copied().map_or(which, value),
            _ => live.get(which % live.len().max(1)).copied().map_or(22, value),
        }
    }
}
