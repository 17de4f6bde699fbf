//! Signatures of a package: judged before any of its code runs, kept with its record, asked for again when it is enacted.

use banshi_model::enactment::Persons;
use banshi_model::ids::{Authority, Digest};
use banshi_model::release::{Release, SigningRole};
use banshi_model::text::Text;
use banshi_store::{Group, PackageRecord};
use banshi_trust::{Asked, SignatureFile, judge};

use super::{CLOSED, encoded};
use crate::Engine;
use crate::error::Error;

impl Engine {
    /// Who stands behind a package that is to be published; none where no root is installed and nothing is asked. A signature
    /// file is read in any case: one that does not read is nobody's intention.
    pub(in crate::registry) fn released(
        &self,
        package: Digest,
        authority: &Authority,
        signatures: Option<&[u8]>,
    ) -> Result<Option<Release>, Error> {
        let file = signatures.map(SignatureFile::parse).transpose()?;
        let Some(installed) = self.inner.registry.trust.installed() else { return Ok(None) };
        let asked = Asked { package, authority, now: self.now() };
        Ok(Some(judge(&installed.root.signed, &asked, &file.unwrap_or_default())?))
    }

    /// Puts a newer release into a record that is there: the same file, published again with signatures. A package that was
    /// closed because a key fell opens again with it.
    pub(in crate::registry) fn release_again(
        &self,
        group: &mut Group,
        known: &PackageRecord,
        release: Release,
    ) -> Result<(), Error> {
        let record = PackageRecord { signed: Some(release), ..known.clone() };
        let Some(installed) = self.inner.registry.trust.installed() else { return Ok(()) };
        let closed = self.closed_with(&installed.root.signed, Some(&record))?;
        group.put_package(record);
        group.put_setting(CLOSED, encoded(&closed)?);
        Ok(())
    }

    /// Takes over, after a commit, what is closed.
    pub(in crate::registry) fn reread_closed(&self) -> Result<(), Error> {
        let closed = super::kept(&self.inner.store, CLOSED)?.unwrap_or_default();
        self.inner.registry.trust.set(None, closed);
        Ok(())
    }

    /// Whether a published package may be put in force: not revoked, and signed where a root is installed, be it that it was
    /// published before.
    pub(in crate::registry) fn may_take_force(&self, record: &PackageRecord) -> Result<(), Error> {
        let trust = &self.inner.registry.trust;
        if trust.installed().is_none() {
            return Ok(());
        }
        if let Some(closing) = trust.closed().get(&record.digest) {
            let why = closing.reason.en.as_deref().unwrap_or(&closing.reason.zh);
            let what = format!("package {} takes no new cases: {why}", record.digest);
            let fix = "put it right and publish a new version, or publish this one again with signatures that count";
            return Err(Error::invalid("trust.package-closed", "/package", what, fix));
        }
        if record.signed.is_none() {
            let what = "the package was published without signatures, before a trust root was installed";
            let fix = "publish the same file again with its signature file: `banshi package publish FILE`";
            return Err(Error::invalid("trust.unsigned", "/package", what, fix));
        }
        Ok(())
    }
}

/// What an admission report and a list say of a package's signatures.
pub(in crate::registry) fn told(release: Option<&Release>) -> Text {
    let Some(release) = release else {
        return Text::new(
            "未签名：此处未设信任根，仅凭发布者令牌",
            "unsigned: no trust root is set here, the publisher's token stands in",
        );
    };
    let zh: Vec<String> = release.signatories.iter().map(|one| format!("{} {}", one.role.zh(), one.person)).collect();
    let en: Vec<String> = release.signatories.iter().map(|one| format!("{} {}", one.role.word(), one.person)).collect();
    let (name, trust) = (&release.delegation, release.trust);
    Text::new(
        format!("已签名：{}（授权“{name}”，信任根版本 {trust}）", zh.join("，")),
        format!("signed: {} (delegation `{name}`, trust version {trust})", en.join(", ")),
    )
}

/// Who answers for an enactment: where the package is signed, those who signed it, before those whom the request names.
pub(in crate::registry) fn persons(release: Option<&Release>, named: Persons) -> Persons {
    let Some(release) = release else { return named };
    let of = |role: SigningRole| -> Vec<String> {
        release.signatories.iter().filter(|one| one.role == role).map(|one| one.person.clone()).collect()
    };
    let with = |mut signed: Vec<String>, named: Vec<String>| {
        let more: Vec<String> = named.into_iter().filter(|name| !signed.contains(name)).collect();
        signed.extend(more);
        signed
    };
    Persons {
        wrote: of(SigningRole::Author),
        reviewed: with(of(SigningRole::Reviewer), named.reviewed),
        released: with(of(SigningRole::Releaser), named.released),
    }
}
