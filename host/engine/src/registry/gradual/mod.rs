//! A gradual start (逐步施行): which enactments reach an applicant. Pure but for the key, which it is given.
//!
//! An applicant's place in an enactment's start is a keyed hash of the subject's number, the matter and the enactment.
//! These three are the same for the guide, the form and the submission, so one applicant is shown one set of rules. None
//! of them is the applicant's to choose: the number is the one that the identity system knows, and all that a new try
//! could vary (case, draft, instant, channel, answers, agent, name) stays out. Without that, whoever prefers one of the
//! two sets of rules hands in again until it comes up. The key keeps a firm with several numbers from working out beforehand
//! which of them is in, and the enactment in the hash keeps the same people from going first every time.
//!
//! `allowed` says when new cases may be divided, `share` raises the share.

mod allowed;
mod share;

use banshi_model::enactment::Enactment;
use banshi_model::gradual::{self, PLACES};
use banshi_model::ids::{EnactmentId, MatterCode};
use banshi_store::Store;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;

pub(super) use allowed::check;

/// What the key is for: it is used for nothing else.
const PURPOSE: &str = "gradual-start";

/// For whom a chain is chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whom<'a> {
    /// Nobody in particular: what governs only a share of new cases does not count.
    Outside,
    /// Whoever is in all gradual starts.
    Inside,
    /// The applicant of this number.
    Applicant(&'a str),
}

/// The places of applicants in gradual starts.
pub(crate) struct Places([u8; 32]);

impl Places {
    /// Those of this host; the same after every start.
    pub(super) fn of(store: &Store) -> Self {
        Self(store.derive_key(PURPOSE))
    }

    /// Whether an enactment governs a new case of somebody at an instant.
    pub(crate) fn reaches(&self, enactment: &Enactment, whom: Whom<'_>, at: Timestamp) -> bool {
        self.within(enactment, whom, enactment.share(at))
    }

    /// Whether it did just before a case was received. The case's pin tells of the very instant.
    pub(crate) fn reached_before(&self, enactment: &Enactment, subject: &str, received: Timestamp) -> bool {
        let share = enactment.gradual.as_ref().map_or(gradual::ALL, |gradual| gradual.share_before(received));
        self.within(enactment, Whom::Applicant(subject), share)
    }

    fn within(&self, enactment: &Enactment, whom: Whom<'_>, share: u8) -> bool {
        match whom {
            Whom::Outside => share >= gradual::ALL,
            Whom::Inside => share > 0,
            Whom::Applicant(_) if share >= gradual::ALL => true,
            Whom::Applicant(subject) => gradual::within(self.place(subject, &enactment.matter, &enactment.id), share),
        }
    }

    /// An applicant's place: 0 to 9,999, for ever the same.
    fn place(&self, subject: &str, matter: &MatterCode, enactment: &EnactmentId) -> u16 {
        // A key of any length is taken; without a hash nobody would be in.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return PLACES };
        // Written otherwise, it is the same number.
        let subject = subject.trim().to_uppercase();
        for part in [subject.as_str(), matter.as_str(), enactment.as_str()] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let bytes: [u8; 32] = mac.finalize().into_bytes().into();
        let drawn = bytes.iter().take(8).fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        let place = (u128::from(drawn) * u128::from(PLACES)) >> 64;
        u16::try_from(place).unwrap_or(PLACES)
    }
}

#[cfg(test)]
mod tests {
    use banshi_model::gradual::{Gradual, ShareStep};
    use banshi_model::ids::Digest;
    use banshi_model::package::Kind;
    use proptest::prelude::*;

    use super::*;
    use crate::registry::sample;

    fn started(name: &str, percents: &[u8]) -> Enactment {
        let mut enactment = sample::enactment(Kind::Settings, "310115", name, "2021-05-01");
        let step = |(nth, percent): (usize, &u8)| ShareStep {
            percent: *percent,
            at: Timestamp::from_second(1_000 * i64::try_from(nth).unwrap()).unwrap(),
            by: "p".to_owned(),
        };
        let (row, shadow, report) = ("r".to_owned(), "s".to_owned(), Digest([0; 32]));
        enactment.gradual =
            Some(Gradual { row, shadow, report, steps: percents.iter().enumerate().map(step).collect() });
        enactment
    }

    fn places(key: u8) -> Places {
        Places([key; 32])
    }

    fn late() -> Timestamp {
        Timestamp::from_second(1_000_000).unwrap()
    }

    proptest! {
        #[test]
        fn raising_the_share_moves_nobody_back_out(id in "[0-9A-Z]{18}", shares in prop::collection::btree_set(1u8..=100, 1..8)) {
            let shares: Vec<u8> = shares.into_iter().collect();
            let enactment = started("pd/food", &shares);
            let mut was_in = false;
            for nth in 0..shares.len() {
                let at = Timestamp::from_second(1_000 * i64::try_from(nth).unwrap()).unwrap();
                let is_in = places(7).reaches(&enactment, Whom::Applicant(&id), at);
                prop_assert!(is_in || !was_in);
                was_in = is_in;
            }
            prop_assert_eq!(was_in || *shares.last().unwrap() < 100, true);
        }

        #[test]
        fn a_place_is_the_same_whenever_and_however_the_number_is_written(id in "[0-9]{17}[0-9X]", key in 0u8..255) {
            let enactment = started("pd/food", &[50]);
            let reached = |id: &str| places(key).reaches(&enactment, Whom::Applicant(id), late());
            prop_assert_eq!(reached(&id), reached(&format!(" {} ", id.to_lowercase())));
            prop_assert_eq!(reached(&id), places(key).reached_before(&enactment, &id, late()));
        }
    }

    #[test]
    fn the_share_of_many_applicants_is_the_share_that_was_set() {
        for share in [1, 10, 50, 90] {
            let enactment = started("pd/food", &[share]);
            let ids = (0..20_000).map(|number| format!("91310115{number:09}K"));
            let reached = ids.filter(|id| places(3).reaches(&enactment, Whom::Applicant(id), late())).count();
            let expected = 200 * usize::from(share);
            // Five standard deviations of a binomial at its widest.
            assert!(reached.abs_diff(expected) < 354, "{share} %: {reached} of 20,000");
        }
    }

    #[test]
    fn another_key_another_enactment_and_another_matter_draw_anew() {
        let (one, other) = (started("pd/food", &[50]), started("pd/other", &[50]));
        let mut elsewhere = one.clone();
        elsewhere.matter = "P02".parse().unwrap();
        let ids: Vec<String> = (0..1_000).map(|number| format!("91310115{number:09}K")).collect();
        let drawn = |key: u8, e: &Enactment| -> Vec<bool> {
            ids.iter().map(|id| places(key).reaches(e, Whom::Applicant(id), late())).collect()
        };
        let first = drawn(1, &one);
        for again in [drawn(2, &one), drawn(1, &other), drawn(1, &elsewhere)] {
            let same = first.iter().zip(&again).filter(|(a, b)| a == b).count();
            assert!((400..600).contains(&same), "{same} of 1,000 alike");
        }
    }

    #[test]
    fn nobody_in_particular_is_outside_until_the_start_is_complete() {
        let open = started("pd/food", &[99]);
        assert!(!places(1).reaches(&open, Whom::Outside, late()) && places(1).reaches(&open, Whom::Inside, late()));
        let complete = started("pd/food", &[99, 100]);
        assert!(places(1).reaches(&complete, Whom::Outside, late()));
        let mut plain = complete;
        plain.gradual = None;
        assert!(places(1).reaches(&plain, Whom::Outside, late()));
    }
}
