//! The rules by which a package is admitted. Each rule has a stable name `admission.*`; each finding says
//! where and what to do. Pure: the same package, law and place give the same findings in the same order.
//!
//! | rule | what it stops |
//! |---|---|
//! | `admission.manifest` | a version, title or settings that do not fit the kind |
//! | `admission.contract` | a package for another contract |
//! | `admission.permissions` | an unknown command, or a use that the manifest does not ask for |
//! | `admission.knobs` | a knob whose default does not fit its schema or direction |
//! | `admission.ids` | ids that are there twice |
//! | `admission.elements` | a data element that no form could name |
//! | `admission.text` | a text without Chinese |
//! | `admission.schema` | a schema that is too big, remote or wrong |
//! | `admission.size` | a definition that is too big |
//! | `admission.basis` | a limit, paper or fee without its clause |
//! | `admission.questions` | answers that cannot be enumerated |
//! | `admission.signers` | signers that the form cannot yield |
//! | `admission.stages` | stages after what is not there, or in a circle |
//! | `admission.bundle` | parts, covers or inspections of what is not there |
//! | `admission.limits` | a promise beyond the declared limit, or a limit beyond the law row |
//! | `admission.materials` | (hint) a paper that the state holds and still asks for |
//! | `admission.guide` | a path of the guide that does not end or takes too long, or needs what is not there |
//! | `admission.settings`, `admission.narrowing` | values that the matter's knobs do not allow, or that widen |
//! | `admission.base` | (hint) a variation that has no matter to stand on yet |
//! | `admission.more` | (hint) more was found than is listed |
//! | `package.*`, `guest.*` | what the sandbox found; see the runtime |

pub(crate) mod flow;
pub(crate) mod limits;
pub(crate) mod manifest;
pub(crate) mod shape;
pub(crate) mod values;
pub(crate) mod walk;
pub(crate) mod wording;

use banshi_model::definition::Definition;
use banshi_model::ids::Division;
use banshi_model::law::{Scope, Table};
use banshi_model::package::Manifest;
use jiff::civil::Date;

use super::findings::Findings;
use super::uses;

/// Every check of a definition that needs no call: of a matter's own, or of what a layer made of the one
/// `below`. The law is asked at `division` on `day`.
pub(crate) fn definition(
    definition: &Definition,
    below: Option<&Definition>,
    manifest: &Manifest,
    division: &Division,
    law: &Table,
    day: Date,
) -> Findings {
    let size = shape::size(definition);
    if size.blocks() {
        return size;
    }
    let mut found = shape::check(definition);
    found.extend(flow::check(definition, &manifest.matter));
    found.extend(uses::check(definition, below, &manifest.permissions));
    let scopes: Vec<Scope<'_>> = definition
        .modes
        .iter()
        .map(|mode| Scope {
            day,
            division,
            matter: &manifest.matter,
            matter_type: definition.matter_type,
            mode: *mode,
            joint: definition.bundle.is_some(),
        })
        .collect();
    found.extend(limits::check(definition, law, &scopes));
    found
}
