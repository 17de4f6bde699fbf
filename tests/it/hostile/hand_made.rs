//! Components that Rust cannot express: core modules written as text that get the contract's types.

use banshi_model::package::{CONTRACT, Kind, Manifest, Package, Permissions};
use banshi_model::text::Text;
use wit_component::StringEncoding;
use wit_parser::Resolve;

use crate::support::top;

/// The functions of the contract that take and give numbers only in this shape: parameters, by name.
const EXPORTS: [(&str, usize); 6] =
    [("define", 2), ("guide", 11), ("precheck", 1), ("advance", 1), ("judge", 13), ("migrate", 1)];

/// A core module that is a matter: `more` are memories, tables, functions and a start; `knobs` is the body of
/// the first function that a host calls. Every other function traps.
pub fn module(more: &str, knobs: &str) -> String {
    let mut text = format!(
        "(module (memory (export \"memory\") 1) {more}
           (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
           (func (export \"banshi:matter/workflow@0.1.0#knobs\") (result i32) {knobs})"
    );
    for (name, count) in EXPORTS {
        let parameters = "i32 ".repeat(count);
        text += &format!(
            "(func (export \"banshi:matter/workflow@0.1.0#{name}\") (param {parameters}) (result i32) unreachable)"
        );
    }
    text + ")"
}

/// The component of such a module.
pub fn component(more: &str, knobs: &str) -> Vec<u8> {
    encode(&module(more, knobs), "matter")
}

/// A code variation that traps in each of its functions.
pub fn trapping_variation() -> Vec<u8> {
    let mut text = "(module (memory (export \"memory\") 64)
         (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) (i32.const 1024))"
        .to_owned();
    for name in ["definition", "guidance", "findings", "step", "migrate"] {
        text += &format!(
            "(func (export \"banshi:matter/refinement@0.1.0#refine-{name}\") (param i32) (result i32) unreachable)"
        );
    }
    encode(&(text + ")"), "variation")
}

fn encode(module: &str, world: &str) -> Vec<u8> {
    let mut core = wat::parse_str(module).unwrap();
    let mut resolve = Resolve::default();
    let (contract, _) = resolve.push_dir(top().join("wit")).unwrap();
    let world = resolve.select_world(&[contract], Some(world)).unwrap();
    wit_component::embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8).unwrap();
    banshi_runtime::build::encode(&core).unwrap()
}

/// A component that only claims to be a matter: `before` stands in it, and the instance of the right name
/// is empty.
pub fn pretender(before: &str) -> Vec<u8> {
    let text = format!(
        "(component {before} (instance $workflow)
           (export \"banshi:matter/workflow@0.1.0\" (instance $workflow)))"
    );
    wat::parse_str(text).unwrap()
}

/// A pretender with components in components, so deep that no text could hold them, each of which makes an
/// instance of the one inside it.
pub fn nested(depth: usize) -> Vec<u8> {
    let section = |id: u8, body: &[u8]| {
        let (mut bytes, mut length) = (vec![id], body.len());
        while length >= 0x80 {
            bytes.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
            length >>= 7;
        }
        bytes.push(u8::try_from(length).unwrap());
        bytes.extend(body);
        bytes
    };
    let empty = wat::parse_str("(component)").unwrap();
    let innermost = empty.get(..8).unwrap().to_vec();
    // One instance, of the component 0, with no arguments.
    let instance = section(5, &[1, 0, 0, 0]);
    let around = |inner: Vec<u8>| [innermost.as_slice(), &section(4, &inner), &instance].concat();
    let inner = (0..depth).fold(innermost.clone(), |inner, _| around(inner));
    // An instance of nothing, and its export under the contract's name.
    let name = b"banshi:matter/workflow@0.1.0";
    let export = [&[1, 0, u8::try_from(name.len()).unwrap()], name.as_slice(), &[5, 1, 0]].concat();
    [inner, section(5, &[1, 1, 0]), section(11, &export)].concat()
}

/// What a package of the tests says of itself; it asks for nothing.
pub fn manifest(kind: Kind, name: &str, matter: &str) -> Manifest {
    Manifest {
        name: format!("tests/{name}").parse().unwrap(),
        version: "0.1.0".to_owned(),
        kind,
        contract: CONTRACT.to_owned(),
        matter: matter.parse().unwrap(),
        authority: serde_json::from_value(serde_json::json!({ "department": "城市管理局", "division": "310000" }))
            .unwrap(),
        title: Text::new("测试", "a test"),
        base: None,
        instrument: None,
        changelog: Vec::new(),
        authors: Vec::new(),
        sample: None,
        permissions: Permissions::default(),
        settings: Default::default(),
    }
}

/// The package file of a matter with this component.
pub fn matter(name: &str, component: Vec<u8>) -> Vec<u8> {
    Package { manifest: manifest(Kind::Matter, name, "T-HAND"), component }.encode().unwrap()
}
