//! Lines for the operator. In a component they go to the host; natively they are kept for the test.
//!
//! No personal data in a message: no name, number, address or form value.

pub use crate::contract::matter_world::banshi::matter::log::Level;

/// Leaves a line for the operator.
pub fn emit(level: Level, message: &str) {
    #[cfg(target_arch = "wasm32")]
    crate::contract::matter_world::banshi::matter::log::emit(level, message);
    #[cfg(not(target_arch = "wasm32"))]
    native::LINES.with_borrow_mut(|lines| lines.push((level, message.to_owned())));
}

/// What was logged on this thread since the last call; natively only, for tests.
#[cfg(not(target_arch = "wasm32"))]
pub fn take() -> Vec<(Level, String)> {
    native::LINES.take()
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::cell::RefCell;

    use super::Level;

    thread_local! {
        pub(super) static LINES: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
    }
}
