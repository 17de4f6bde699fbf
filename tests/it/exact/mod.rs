//! Nothing is lost, nothing is counted twice, nothing personal lies about.

mod chance;
mod golden;
mod personal;
mod thousand;
