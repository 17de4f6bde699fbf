//! What a component is made of, read before anything is compiled: what it imports and what it exports.
//!
//! A plugin may import functions of the log and of nothing else. Interfaces that hold only types give it
//! nothing and are let through; a resource is not only a type.

use banshi_model::package::Kind;
use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType};
use wasmparser::types::TypesRef;
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use crate::compile::one_line;
use crate::error::AdmissionError;

const LOG: &str = "banshi:matter/log@0.1.0";
/// What a matter exports.
pub(crate) const WORKFLOW: &str = "banshi:matter/workflow@0.1.0";
/// What a code variation exports.
pub(crate) const REFINEMENT: &str = "banshi:matter/refinement@0.1.0";

/// The names at the outside of a component.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Structure {
    /// What it imports.
    pub imports: Vec<String>,
    /// What it exports.
    pub exports: Vec<String>,
}

/// Reads a component, and refuses what a package of this kind may not be.
pub(crate) fn inspect(kind: Kind, bytes: &[u8]) -> Result<Structure, AdmissionError> {
    let needed = match kind {
        Kind::Matter => WORKFLOW,
        Kind::Code => REFINEMENT,
        Kind::Settings => return Err(AdmissionError::Kind),
    };
    check_preamble(bytes)?;
    let malformed =
        |error: wasmparser::BinaryReaderError| AdmissionError::Malformed { what: one_line(&error.to_string()) };
    let mut validator = Validator::new_with_features(WasmFeatures::WASM3 | WasmFeatures::COMPONENT_MODEL);
    let types = validator.validate_all(bytes).map_err(malformed)?;
    let structure = names(bytes).map_err(malformed)?;
    for name in &structure.imports {
        if !harmless_import(types.as_ref(), name) {
            return Err(AdmissionError::Import { name: one_line(name) });
        }
    }
    if !structure.exports.iter().any(|name| name == needed) {
        return Err(AdmissionError::Export { name: needed });
    }
    Ok(structure)
}

fn check_preamble(bytes: &[u8]) -> Result<(), AdmissionError> {
    let what = match bytes.get(..8) {
        Some([0, b'a', b's', b'm', _, _, 1, 0]) => return Ok(()),
        Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => "a core module",
        Some(magic) if magic == banshi_model::package::MAGIC => "a package file",
        _ => "something that is no WebAssembly",
    };
    Err(AdmissionError::NotAComponent { what })
}

fn names(bytes: &[u8]) -> Result<Structure, wasmparser::BinaryReaderError> {
    let mut structure = Structure { imports: Vec::new(), exports: Vec::new() };
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    structure.imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    structure.exports.push(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(structure)
}

/// An interface of types only, or the log. Anything else is refused, also what could not be found.
fn harmless_import(types: TypesRef<'_>, name: &str) -> bool {
    let Some(item) = types.component_item_for_import(name) else { return false };
    let ComponentEntityType::Instance(instance) = item.ty else { return false };
    let Some(instance) = types.get(instance) else { return false };
    instance.exports.values().all(|export| match export.ty {
        ComponentEntityType::Type { created, .. } => !matches!(created, ComponentAnyTypeId::Resource(_)),
        ComponentEntityType::Func(_) => name == LOG,
        _ => false,
    })
}
