//! The terms of an enactment: its days, its clause, and who answers for it. Pure.

use banshi_model::enactment::{Persons, Transitional};
use banshi_store::PackageRecord;
use jiff::civil::Date;

use crate::api::registry::EnactRequest;
use crate::error::Error;
use crate::principal::Principal;

/// Whether the days and the clause are such as can be kept.
pub(super) fn check(request: &EnactRequest, today: Date) -> Result<(), Error> {
    let refuse = |code, place: &str, what: String, fix: &str| Err(Error::invalid(code, place, what, fix));
    if let Some(last) = request.until.filter(|last| *last < request.effective_from.max(today)) {
        let what = format!("its last day {last} is before its first one or has passed");
        return refuse("enactment.until", "/until", what, "name a later day, or none");
    }
    if request.transitional == Transitional::AllOpen {
        let what = "open cases are moved by a migration with a dry run, and never by a clause alone".to_owned();
        let fix = "choose `received-on-or-after` or `accepted-on-or-after`, and move open cases by `banshi migration start \
                   ENACTMENT`, which tries them first";
        return refuse("enactment.transitional", "/transitional", what, fix);
    }
    super::gradual::check(request)
}

/// Who answers for an enactment. A reviewer is somebody else than who wrote or releases it.
pub(super) fn persons(who: &Principal, request: &EnactRequest, record: &PackageRecord) -> Result<Persons, Error> {
    let authors = &record.manifest.authors;
    let wrote = if authors.is_empty() { vec![record.by.clone()] } else { authors.clone() };
    let reviewed: Vec<String> = request.reviewed_by.iter().map(|name| name.trim().to_owned()).collect();
    if reviewed.iter().any(|name| name.is_empty() || *name == who.name || wrote.contains(name)) {
        let what = "a reviewer is a person of their own: neither its author nor who puts it in force";
        return Err(Error::invalid("enactment.persons", "/reviewed_by", what, "name who reviewed it, or nobody"));
    }
    Ok(super::trust::persons(record.signed.as_ref(), Persons { wrote, reviewed, released: vec![who.name.clone()] }))
}
