//! Who may migrate what, on whose word: checks of requests. Pure.

use banshi_model::enactment::Enactment;
use banshi_model::ids::{Authority, Digest};
use banshi_model::text::Text;
use banshi_model::time;

use super::record::Record;
use crate::api::migration::MigrationRequest;
use crate::error::Error;
use crate::principal::{Principal, Role};

/// Whether the enactment is one that these cases can be moved to.
pub(super) fn fits_request(request: &MigrationRequest, enactment: &Enactment) -> Result<(), Error> {
    if enactment.matter != request.matter {
        let what = format!("enactment {} is of matter {}", enactment.id, enactment.matter);
        return Err(Error::invalid("migration.matter", "/matter", what, "name the enactment's own matter"));
    }
    let own = &enactment.authority;
    if own.department != request.authority.department || !own.division.contains(&request.authority.division) {
        let what = format!("enactment {} is of {own}, and reaches no case of {}", enactment.id, request.authority);
        let fix = "name the enactment's own authority, or one of its department within its division";
        return Err(Error::invalid("migration.authority", "/authority", what, fix));
    }
    if let Some(at) = enactment.taken_back {
        let what = format!("enactment {} was taken back at {}", enactment.id, time::text(at));
        return Err(Error::conflict("enactment.taken-back", what));
    }
    Ok(())
}

/// Who reviewed it. A reviewer is somebody else than who wrote the package or migrates.
pub(super) fn persons(
    who: &Principal,
    request: &MigrationRequest,
    enactment: &Enactment,
) -> Result<Vec<String>, Error> {
    let named: Vec<String> = request.reviewed_by.iter().map(|name| name.trim().to_owned()).collect();
    let own = |name: &String| name.is_empty() || *name == who.name || enactment.persons.wrote.contains(name);
    if named.is_empty() || named.iter().any(own) {
        let what = "a migration is reviewed by a person of their own: neither the package's author nor who begins it";
        return Err(Error::invalid("migration.persons", "/reviewed_by", what, "name who reviewed it"));
    }
    Ok(named)
}

pub(super) fn person(given: &str) -> Result<String, Error> {
    let text = given.trim();
    let fits = (1..=60).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let wrong = || Error::invalid("migration.person", "/person", "who signs is not named", "give name and post");
    fits.then(|| text.to_owned()).ok_or_else(wrong)
}

pub(super) fn instrument(given: &str) -> Result<String, Error> {
    let text = given.trim();
    let fits = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let wrong = || Error::invalid("migration.instrument", "/instrument", "no instrument is named", "give its 文号");
    fits.then(|| text.to_owned()).ok_or_else(wrong)
}

/// The report that was read has to be the one there is.
pub(super) fn named_report(record: &Record, named: Digest) -> Result<(), Error> {
    let refuse = |what: String, fix: &str| Err(Error::invalid("migration.dry-run", "/report", what, fix));
    match record.digest() {
        None => refuse(format!("migration {} has no finished dry run", record.id), "wait for its end, or begin anew"),
        Some(digest) if digest != named => refuse(
            "that is not the digest of this dry run's report".to_owned(),
            "read the report and name its `digest`",
        ),
        Some(_) => Ok(()),
    }
}

pub(super) fn unsigned(record: &Record) -> Error {
    let (id, effect) = (&record.id, record.tally.cases.effect);
    let text = Text::new(
        format!("试算显示 {effect} 件有实质差异；须有负责人署名：banshi migration sign-off {id}"),
        format!(
            "the dry run shows {effect} cases that differ in effect; a named person has to sign that: `banshi migration \
             sign-off {id}`"
        ),
    );
    Error::Rule { rule: "migration.sign-off", text }
}

pub(super) fn wrong_state(record: &Record, done: &str) -> Error {
    let state = serde_json::to_value(record.state).unwrap_or_default();
    let state = state.as_str().unwrap_or_default();
    Error::conflict("migration.state", format!("migration {} is `{state}`; it cannot be {done} now", record.id))
}

pub(super) fn bad_cursor() -> Error {
    Error::invalid("page.cursor", "cursor", "not a cursor of this list", "use `next` of the page before, as it is")
}

/// Those who publish and enact.
pub(super) fn may_ask(who: &Principal) -> Result<(), Error> {
    match who.role {
        Role::Platform | Role::Publisher { .. } => Ok(()),
        _ => Err(Error::Forbidden { what: "look at migrations", needs: "a platform or publisher token" }),
    }
}

/// The platform, or the publisher of that very authority.
pub(super) fn may_migrate(who: &Principal, authority: &Authority) -> Result<(), Error> {
    match &who.role {
        Role::Platform => Ok(()),
        Role::Publisher { authority: own } if own == authority => Ok(()),
        _ => Err(Error::Forbidden {
            what: "migrate open cases",
            needs: "a platform token, or the publisher of that authority",
        }),
    }
}
