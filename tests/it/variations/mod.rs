//! The local variations of the domain (`shared/domain/matters.md` §4), each as far as it can be expressed: the rows of
//! `plugins/VARIATIONS.md`, a test a row. A settings row runs on the native harness, where it is the plugin that makes it
//! true; an enactment, a law row and a refusal run on a host, where it is the host.

mod invented;
mod on_a_host;
mod sourced;
mod table;

/// The text of a settings variation that ships under `plugins/variations/`.
macro_rules! variation {
    ($folder:literal) => {
        include_str!(concat!("../../../plugins/variations/", $folder, "/variation.toml"))
    };
}
pub(crate) use variation;
