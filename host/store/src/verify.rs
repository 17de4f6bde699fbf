//! Walking everything.
use crate::core::Core;
use crate::error::Error;
use crate::report::VerifyReport;
impl Core {
    pub(crate) fn verify(&self) -> Result<VerifyReport, Error> { Err(Error::Stopped) }
}
