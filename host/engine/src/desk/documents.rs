//! Uploaded documents: sealed under a key of their own until a case claims them.

use banshi_model::ids::{Digest, DocumentId};
use banshi_store::DocumentRecord;

use crate::api::licences::DocumentView;
use crate::drive::{Work, keep_reply};
use crate::error::Error;
use crate::principal::{Principal, Role};
use crate::{Done, Engine, Idempotency};

impl Engine {
    /// Keeps a document for the application that will name it. 201.
    pub async fn upload(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        media_type: &str,
        bytes: Vec<u8>,
    ) -> Result<Done<DocumentView>, Error> {
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        if !matches!(who.role, Role::Applicant { .. } | Role::Officer { .. } | Role::Partner { kind: None }) {
            return Err(Error::Forbidden { what: "upload a document", needs: "an applicant, a portal or an officer" });
        }
        let most = self.inner.config.document_bytes_max;
        if bytes.is_empty() || bytes.len() > most {
            let what = format!("the document has {} bytes", bytes.len());
            return Err(Error::invalid("document.size", "body", what, format!("send 1 to {most} bytes")));
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| Error::Internal(error.to_string()))?;
        let id = DocumentId::new(random);
        let digest = Digest::of(&bytes);
        let view = DocumentView { id: id.clone(), digest, bytes: bytes.len() as u64, case: None };
        let mut work = Work::at(self.now());
        work.group.put_document(DocumentRecord {
            id,
            digest,
            media_type: media_type.to_owned(),
            bytes,
            uploaded: work.now,
            by: who.name.clone(),
            case: None,
        });
        keep_reply(&mut work.group, who, key, 201, None, &view)?;
        self.commit_group(work, key, view).await
    }

    /// Commits records that belong to no case's step; where the same key was first, its answer stands.
    pub(super) async fn commit_group<T>(
        &self,
        work: Work,
        key: Option<&Idempotency>,
        answer: T,
    ) -> Result<Done<T>, Error> {
        match self.inner.store.commit(work.group).await {
            Ok(()) => Ok(Done::Fresh(answer)),
            Err(banshi_store::Error::Replied(reply)) => match key {
                Some(key) if key.request == reply.request => {
                    Ok(Done::Repeated { status: reply.status, body: reply.body })
                }
                _ => Err(Error::IdempotencyMismatch),
            },
            Err(error) => Err(error.into()),
        }
    }
}
