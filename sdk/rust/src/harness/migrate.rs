//! An open case on its way to the next version of its matter.

use std::marker::PhantomData;

use super::{Harness, twice};
use crate::contract::cases::Command;
use crate::contract::types::Fault;
use crate::matter::Matter;

impl<M: Matter> Harness<M> {
    /// The case as the next version takes it over (在办件迁移), or the fault by which it does not: then the host leaves it
    /// where it is. Panics where the host would refuse what the version asks for.
    pub fn migrated_to<N: Matter>(self) -> Result<Harness<N>, Fault> {
        assert!(self.layers.is_empty(), "layers are migrated by themselves; try their `refine_migrate`");
        let Self { mut view, settings, layers, states, host, all, .. } = self;
        view.state = states.first().cloned().unwrap_or_else(|| "null".to_owned());
        let step = twice("migrate", || N::migrate(&view, &"0".repeat(64)))?;
        let mut host = host.expect("submit the application first");
        host.moves_to(twice("define", || N::define(&settings))?);
        for command in &step.commands {
            let stays = matches!(
                command,
                Command::OpenTask(_) | Command::CloseTask(_) | Command::SetTimer(_) | Command::CancelTimer(_)
            );
            assert!(stays, "a migration opens and closes tasks and timers, and no more: {command:?}");
            host.check(command);
        }
        host.has_a_stage_for_each_open_task();
        let (states, last) = (vec![step.state], step.commands);
        Ok(Harness { view, settings, layers, states, host: Some(host), last, all, matter: PhantomData })
    }
}
