//! Whether a variation was made for the version of the base that it would stand on.

use banshi_model::ids::Digest;
use banshi_model::package::Manifest;

use super::requirement::within;
use crate::Engine;
use crate::error::Error;

impl Engine {
    /// Refuses a variation whose base is in force in a version that it was not made for; gives the base.
    pub(super) fn check_range(&self, manifest: &Manifest, base: Digest) -> Result<Digest, Error> {
        let Some(wanted) = &manifest.base else { return Ok(base) };
        let ground = self.inner.store.package(&base)?.ok_or_else(|| Error::not_found("package", base))?.manifest;
        if within(wanted, &ground.version) {
            return Ok(base);
        }
        let what = format!(
            "`{}` {} was made for versions `{wanted}` of its base; in force is `{}` {}",
            manifest.name, manifest.version, ground.name, ground.version
        );
        let fix = "try it on that version, widen `base` in variation.toml and publish it under a new version";
        Err(Error::invalid("enactment.base-version", "/package", what, fix))
    }
}
