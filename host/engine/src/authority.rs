//! Whose a case is: the department that decides it, in the county or district where it was handed in.

use banshi_model::enactment::Chain;
use banshi_model::ids::{Authority, Division};

/// The authority of a chain at a place. A department whose name does not read is that of the ground; none where a chain
/// has no ground, which no case has.
pub(crate) fn authority_at(department: &str, chain: &Chain, division: &Division) -> Option<Authority> {
    let ground = || chain.layers.first().map(|ground| ground.authority.department.clone());
    let department = department.parse().ok().or_else(ground)?;
    let division = division.county().parse().unwrap_or_else(|_| division.clone());
    Some(Authority { department, division })
}
