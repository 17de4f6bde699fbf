//! How many files the process may have open, and how many connections that leaves room for.
//!
//! Every connection is an open file, and anybody may open connections. Without a reserve they take the last file there is,
//! and then the host can neither compile a package, nor call a partner, nor read its tokens again after one was revoked.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Kept for the host itself: its storage, the children that compile, calls of partners, the token file.
const OWN: u64 = 256;

/// Raises the process's limit on open files, where it may, to what so many connections take, and gives how many connections
/// there may be: at most so many, fewer where the limit leaves no room for them and for the host.
pub(super) fn connections(asked: usize) -> usize {
    let wanted = u64::try_from(asked).unwrap_or(u64::MAX).saturating_add(OWN);
    // None: unlimited.
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let mut files = current.unwrap_or(u64::MAX);
    if files < wanted {
        let raised = maximum.map_or(wanted, |maximum| maximum.min(wanted));
        if setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum }).is_ok() {
            files = raised;
        }
    }
    let room = usize::try_from(room(files)).unwrap_or(usize::MAX);
    if room < asked {
        tracing::warn!(
            files.limit = files,
            connections.asked = asked,
            connections.max = room,
            "the limit on open files leaves room for fewer connections than http.connections_max; raise it (LimitNOFILE=)"
        );
    }
    room.min(asked)
}

/// Connections that so many files leave room for; where the host's own need would take all of them, half.
fn room(files: u64) -> u64 {
    (files - OWN.min(files / 2)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_keeps_files_for_itself() {
        assert_eq!([0, 1, 2, 300, 512, 1024, 20_000].map(room), [1, 1, 1, 150, 256, 768, 19_744]);
        assert_eq!(room(u64::MAX), u64::MAX - OWN);
    }

    #[test]
    fn no_more_connections_than_asked_for() {
        assert_eq!(connections(1), 1);
    }
}
