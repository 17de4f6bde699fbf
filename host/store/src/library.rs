//! Licences, documents, what subjects gave, packages, enactments and other content.

use std::collections::BTreeMap;

use banshi_model::enactment::Enactment;
use banshi_model::ids::{Digest, DocumentId, EnactmentId};
use banshi_model::licence::Licence;

use crate::codec;
use crate::core::{Core, corrupt};
use crate::error::Error;
use crate::keyspace::{Table, key, unpack_case};
use crate::places;
use crate::records::{DocumentRecord, PackageRecord, SubjectValue};
use crate::row::RowView;

impl Core {
    /// A licence by its identifier.
    pub(crate) fn licence(&self, id: &str) -> Result<Option<Licence>, Error> {
        let licence: Option<Licence> = self.decode(&places::licence(&self.hasher, id))?;
        Ok(licence.filter(|licence| licence.id == id))
    }

    /// Licences that a subject holds.
    pub(crate) fn licences_of(&self, subject_id: &str, licence_type: Option<&str>) -> Result<Vec<Licence>, Error> {
        let mut licences: Vec<Licence> =
            self.licences_at(&places::holder_prefix(&self.hasher, subject_id, licence_type))?;
        licences.retain(|licence| {
            licence.holder.id == subject_id && licence_type.is_none_or(|name| licence.licence_type == name)
        });
        licences.sort_by(|a, b| (a.issued, &a.id).cmp(&(b.issued, &b.id)));
        Ok(licences)
    }

    /// The licence with a capability.
    pub(crate) fn licence_by_capability(&self, capability: &str) -> Result<Option<Licence>, Error> {
        let licences = self.licences_at(&places::capability_prefix(&self.hasher, capability))?;
        Ok(licences.into_iter().find(|licence| licence.capability.as_deref() == Some(capability)))
    }

    fn licences_at(&self, prefix: &[u8]) -> Result<Vec<Licence>, Error> {
        let mut licences = Vec::new();
        for (row, _) in self.scan_prefix(prefix, usize::MAX)? {
            let tail = row.last_chunk::<16>().ok_or_else(|| corrupt(&row, "the index row does not read"))?;
            licences.extend(self.decode::<Licence>(&key(Table::Licence, &[tail]))?);
        }
        Ok(licences)
    }

    /// Content by its digest.
    pub(crate) fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, Error> {
        let at = places::of_digest(Table::Blob, digest);
        let Some(opened) = self.open(&at)? else { return Ok(None) };
        match codec::decode_bytes(opened.payload()) {
            Some(bytes) if Digest::of(&bytes) == *digest => Ok(Some(bytes)),
            _ => Err(corrupt(&at, "the content is not what its digest says")),
        }
    }

    /// Every published package, earliest first.
    pub(crate) fn packages(&self) -> Result<Vec<PackageRecord>, Error> {
        let mut packages: Vec<PackageRecord> = self.all(Table::Package)?;
        packages.sort_by_key(|record| (record.published, record.digest));
        Ok(packages)
    }

    /// One published package.
    pub(crate) fn package(&self, digest: &Digest) -> Result<Option<PackageRecord>, Error> {
        self.decode(&places::of_digest(Table::Package, digest))
    }

    /// Every enactment, earliest first.
    pub(crate) fn enactments(&self) -> Result<Vec<Enactment>, Error> {
        let mut enactments: Vec<Enactment> = self.all(Table::Enactment)?;
        enactments.sort_by(|a, b| (a.enacted, &a.id).cmp(&(b.enacted, &b.id)));
        Ok(enactments)
    }

    /// One enactment.
    pub(crate) fn enactment(&self, id: &EnactmentId) -> Result<Option<Enactment>, Error> {
        self.decode(&places::enactment(id))
    }

    fn all<T: serde::de::DeserializeOwned>(&self, table: Table) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        for (at, main) in self.scan_prefix(&key(table, &[]), usize::MAX)? {
            let Some(opened) = self.open_main(&at, &main)? else { continue };
            all.push(codec::decode(opened.payload()).ok_or_else(|| corrupt(&at, "the record does not decode"))?);
        }
        Ok(all)
    }

    /// A document without its bytes.
    pub(crate) fn document_record(&self, id: &DocumentId) -> Result<Option<DocumentRecord>, Error> {
        let at = places::document(Table::Document, id);
        let Some(main) = self.get(&at)? else { return Ok(None) };
        let index = RowView::parse(&main).map(|view| view.index_keys(&at)).unwrap_or_default();
        let owner = index.iter().find_map(|index| places::unpack_owned(index)).and_then(|(case, _)| unpack_case(&case));
        let Some(opened) = self.open_main(&at, &main)? else { return Ok(None) };
        let record: DocumentRecord =
            codec::decode(opened.payload()).ok_or_else(|| corrupt(&at, "the record does not decode"))?;
        Ok(Some(DocumentRecord { case: owner, ..record }))
    }

    /// A document with its bytes.
    pub(crate) fn document(&self, id: &DocumentId) -> Result<Option<DocumentRecord>, Error> {
        let Some(record) = self.document_record(id)? else { return Ok(None) };
        let Some(opened) = self.open(&places::document(Table::DocumentBytes, id))? else { return Ok(None) };
        Ok(Some(DocumentRecord { bytes: opened.payload().to_vec(), ..record }))
    }

    /// The latest value for each element that a subject gave.
    pub(crate) fn subject_values(&self, subject_id: &str) -> Result<Vec<SubjectValue>, Error> {
        let mut latest: BTreeMap<String, SubjectValue> = BTreeMap::new();
        for (at, main) in self.scan_prefix(&places::subject_values(&self.hasher, subject_id), usize::MAX)? {
            let Some(opened) = self.open_main(&at, &main)? else { continue };
            let values: Vec<SubjectValue> =
                codec::decode(opened.payload()).ok_or_else(|| corrupt(&at, "the record does not decode"))?;
            for value in values {
                if latest.get(&value.element).is_none_or(|known| known.at <= value.at) {
                    latest.insert(value.element.clone(), value);
                }
            }
        }
        Ok(latest.into_values().collect())
    }

    /// A setting of the host.
    pub(crate) fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.open(&places::setting(name))?.map(|opened| opened.payload().to_vec()))
    }
}
