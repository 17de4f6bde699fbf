//! The desk: what callers ask of cases, tasks, licences and documents. Each method authorises, reads or
//! changes under the case's lock, and answers in the words of `api`.

mod by_hand;
mod cases;
mod documents;
mod erase;
mod licences;
mod tasks;
mod views;
mod writes;
