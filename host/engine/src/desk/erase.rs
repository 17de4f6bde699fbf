//! Erasing a case by law: its keys go, its chain stays.

use banshi_model::case::Phase;
use banshi_model::ids::CaseId;
use banshi_store::Group;

use crate::authorise::platform;
use crate::error::Error;
use crate::principal::Principal;
use crate::{Done, Engine, Idempotency};

impl Engine {
    /// Erases a case by law (个人信息保护法 第四十七条): its keys are destroyed, its chain stays whole.
    ///
    /// Once more changes nothing. The answer is kept after the keys are gone, so that no kept answer can say that
    /// a case was erased which was not.
    pub async fn erase(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &CaseId,
        basis: &str,
    ) -> Result<Done<()>, Error> {
        platform(who, "erase a case")?;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        self.destroy(who, id, basis).await?;
        self.commit_answered(Group::new(), who, key, 204, ()).await
    }

    async fn destroy(&self, who: &Principal, id: &CaseId, basis: &str) -> Result<(), Error> {
        if basis.trim().is_empty() {
            return Err(Error::invalid("erase.basis", "/basis", "an erasure rests on a law or a decision", "name it"));
        }
        let _guard = self.lock(id).await;
        let stored = match self.inner.store.case(id) {
            // Its parts went before it.
            Err(banshi_store::Error::Erased(_)) => return Ok(()),
            found => found?.ok_or_else(|| Error::not_found("case", id))?,
        };
        if stored.case.phase != Phase::Closed {
            return Err(Error::conflict("case.open", "an open case is not erased; finish or withdraw it first"));
        }
        for part in &stored.case.parts {
            let _guard = self.lock(&part.case).await;
            self.inner.store.erase(&part.case, self.now(), &who.name, basis).await?;
        }
        self.inner.store.erase(id, self.now(), &who.name, basis).await?;
        Ok(())
    }
}
