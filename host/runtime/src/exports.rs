//! The contract's functions, and a component whose functions can be called.
//!
//! The generated bindings look up every export of a world for each instance and check the types of all of them, which took a
//! third of a call. Admission does that once for a component; a call looks up and checks the one function that it calls.

use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, Instance, InstancePre, Lift, Linker, Lower,
};
use wasmtime::{Store, component};

use crate::guest::{Matter, Variation};
use crate::sandbox::Sandbox;
use crate::structure::{REFINEMENT, WORKFLOW};

/// A function of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Knobs,
    Define,
    Guide,
    Precheck,
    Advance,
    Judge,
    Migrate,
    RefineDefinition,
    RefineGuidance,
    RefineFindings,
    RefineStep,
    RefineMigrate,
}

/// What a component is: the interface that it exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum World {
    /// It exports the workflow.
    Matter,
    /// It exports the refinement.
    Variation,
}

impl World {
    const fn interface(self) -> &'static str {
        match self {
            Self::Matter => WORKFLOW,
            Self::Variation => REFINEMENT,
        }
    }

    const fn functions(self) -> &'static [Function] {
        match self {
            Self::Matter => &[
                Function::Knobs,
                Function::Define,
                Function::Guide,
                Function::Precheck,
                Function::Advance,
                Function::Judge,
                Function::Migrate,
            ],
            Self::Variation => &[
                Function::RefineDefinition,
                Function::RefineGuidance,
                Function::RefineFindings,
                Function::RefineStep,
                Function::RefineMigrate,
            ],
        }
    }
}

impl Function {
    /// Its name in the interface.
    const fn name(self) -> &'static str {
        match self {
            Self::Knobs => "knobs",
            Self::Define => "define",
            Self::Guide => "guide",
            Self::Precheck => "precheck",
            Self::Advance => "advance",
            Self::Judge => "judge",
            Self::Migrate => "migrate",
            Self::RefineDefinition => "refine-definition",
            Self::RefineGuidance => "refine-guidance",
            Self::RefineFindings => "refine-findings",
            Self::RefineStep => "refine-step",
            Self::RefineMigrate => "refine-migrate",
        }
    }
}

/// A component that can be instantiated, with its functions looked up.
pub(crate) struct Plugin {
    world: World,
    pre: InstancePre<Sandbox>,
    functions: Vec<(Function, ComponentExportIndex)>,
}

impl Plugin {
    /// Links a component with the log.
    pub fn link(linker: &Linker<Sandbox>, component: &Component) -> wasmtime::Result<Self> {
        let pre = linker.instantiate_pre(component)?;
        let exported = |world: World| Some((world, component.get_export_index(None, world.interface())?));
        let Some((world, interface)) = exported(World::Matter).or_else(|| exported(World::Variation)) else {
            return Err(wasmtime::format_err!("neither `{WORKFLOW}` nor `{REFINEMENT}` is exported"));
        };
        let mut functions = Vec::with_capacity(world.functions().len());
        for function in world.functions() {
            let index = component.get_export_index(Some(&interface), function.name());
            let missing = || wasmtime::format_err!("`{}` does not export `{}`", world.interface(), function.name());
            functions.push((*function, index.ok_or_else(missing)?));
        }
        Ok(Self { world, pre, functions })
    }

    /// A fresh instance.
    pub async fn instance(&self, store: &mut Store<Sandbox>) -> wasmtime::Result<Instance> {
        self.pre.instantiate_async(store).await
    }

    /// Whether all that an instance exports has the contract's types.
    pub fn check_types(&self, store: &mut Store<Sandbox>, instance: &Instance) -> wasmtime::Result<()> {
        match self.world {
            World::Matter => Matter::new(store, instance).map(drop),
            World::Variation => Variation::new(store, instance).map(drop),
        }
    }

    /// Where a function is; or why this plugin has it not.
    pub fn export(&self, function: Function) -> Result<ComponentExportIndex, &'static str> {
        let found = self.functions.iter().find(|(known, _)| *known == function);
        found.map(|(_, index)| *index).ok_or(match self.world {
            World::Matter => "is a matter and not a variation",
            World::Variation => "is a variation and not a matter",
        })
    }
}

/// Calls one function of an instance.
pub(crate) async fn call<P, R>(
    store: &mut Store<Sandbox>,
    instance: &Instance,
    export: ComponentExportIndex,
    parameters: P,
) -> wasmtime::Result<R>
where
    P: ComponentNamedList + Lower + Send + Sync,
    R: Lift + Send + Sync + 'static,
{
    let function: component::TypedFunc<P, (R,)> = instance.get_typed_func(&mut *store, export)?;
    function.call_async(store, parameters).await.map(|(answer,)| answer)
}
