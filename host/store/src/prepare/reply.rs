//! Kept answers. What is answered to a submission shows the whole case, most of which the case's first entry says
//! already: such an answer is written as what it says beyond that entry.

use super::{Preparing, bounded};
use crate::codec;
use crate::error::Error;
use crate::group::Op;
use crate::keyspace::pack_case;
use crate::places;
use crate::prepared::RecordOp;
use crate::records::Reply;
use crate::row::{Row, Seal};
use crate::seal::HEADER_BYTES;

/// A shorter answer is written in the words of the package, which say more of it than the entry does: that of the plain
/// approval takes less room with them, that of a bundle much more.
const LONG_BYTES: usize = 8 << 10;

impl Preparing<'_> {
    /// Keeps the text of the entries that begin a case of this group with a long answer.
    pub(super) fn find_firsts(&mut self, ops: &[Op]) -> Result<(), Error> {
        for op in ops {
            let Op::Append(append) = op else { continue };
            let Some(first) = append.entries.first().filter(|first| first.seq == 1) else { continue };
            let long = |reply: &Reply| reply.body.len() >= LONG_BYTES && reply.case.as_ref() == Some(&append.after.id);
            if ops.iter().any(|op| matches!(op, Op::Reply(_, _, reply) if long(reply))) {
                let text = serde_json::to_vec(first).map_err(|error| Error::Invalid(error.to_string()))?;
                self.firsts.push((append.after.id.clone(), text));
            }
        }
        Ok(())
    }

    pub(super) fn reply(&mut self, principal: &str, name: &str, reply: &Reply) -> Result<(), Error> {
        let at = places::reply(&self.core.hasher, principal, name);
        if self.out.replies.contains(&at) {
            return Err(Error::Invalid("the same idempotency key is kept twice".to_owned()));
        }
        let (seal, vault, meta) = match &reply.case {
            None => (Seal::House, self.core.vaults.house(), Vec::new()),
            Some(case) => {
                let (slot, vault) = self.vault_of(case)?;
                (Seal::Slot(slot), vault, pack_case(case).to_vec())
            }
        };
        let plain = [&reply.request.0, reply.status.to_be_bytes().as_slice(), &reply.body].concat();
        let case = reply.case.as_ref();
        let first = self.firsts.iter().find(|(known, _)| Some(known) == case);
        let body = first.and_then(|(_, text)| codec::encode_bytes_beyond(text, &plain, HEADER_BYTES));
        let body =
            body.unwrap_or_else(|| codec::encode_bytes_in(case.and_then(|case| self.book(case)), &plain, HEADER_BYTES));
        let body = self.seal(&vault, &at, &meta, body)?;
        let row = bounded(Row { key: at.clone(), seal, index: Vec::new(), meta, body })?;
        self.out.replies.push(at);
        self.out.records.push(RecordOp::PutReply(row));
        Ok(())
    }
}
