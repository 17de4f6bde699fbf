//! What an applicant is asked besides the form: materials and guided questions.

use crate::contract::matters::{Answers, Choice};
use crate::contract::types::Text;
use crate::guard::{Guard, always};
use crate::text::text;

/// A material (申请材料). Required on the paths where its guard holds, unless it is optional.
pub struct Material {
    pub(crate) id: &'static str,
    pub(crate) title: Text,
    pub(crate) issuer: Option<String>,
    pub(crate) required: bool,
    pub(crate) sources: Vec<&'static str>,
    pub(crate) waivable: Option<&'static str>,
    pub(crate) basis: String,
    pub(crate) when: Guard,
}

impl Material {
    /// A material that rests on the clause `basis`.
    pub fn new(id: &'static str, title: &str, basis: &str) -> Self {
        Self {
            id,
            title: text(title),
            issuer: None,
            required: true,
            sources: Vec::new(),
            waivable: None,
            basis: basis.to_owned(),
            when: always(),
        }
    }

    /// Who issues it. Without, the applicant makes it.
    pub fn issuer(mut self, issuer: &str) -> Self {
        self.issuer = Some(issuer.to_owned());
        self
    }

    /// The application is complete without it.
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Where it can come from before the applicant is asked, in order: `licence:TYPE`,
    /// `shared:SERVICE/FIELD?PURPOSE` or `subject-record`. Call again for the next.
    pub fn source(mut self, source: &'static str) -> Self {
        self.sources.push(source);
        self
    }

    /// A shared data service, written `SERVICE/FIELD?PURPOSE`, that a place may turn on by listing the
    /// material in its knob `shared-data-materials`; until then the applicant is asked.
    pub fn waivable(mut self, shared: &'static str) -> Self {
        self.waivable = Some(shared);
        self
    }

    /// Asked only on the paths where `when` holds.
    pub fn when(mut self, when: Guard) -> Self {
        self.when = when;
        self
    }
}

/// A guided question (情景引导), with answers that can be enumerated.
pub struct Question {
    pub(crate) id: &'static str,
    pub(crate) text: Text,
    pub(crate) answers: Answers,
    pub(crate) when: Guard,
}

impl Question {
    /// Answered with yes or no.
    pub fn yes_no(id: &'static str, says: &str) -> Self {
        Self { id, text: text(says), answers: Answers::YesNo, when: always() }
    }

    /// Answered with one of `choices`: value and text.
    pub fn one_of<'a>(id: &'static str, says: &str, choices: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let choices =
            choices.into_iter().map(|(value, says)| Choice { value: value.to_owned(), text: text(says) }).collect();
        Self { id, text: text(says), answers: Answers::OneOf(choices), when: always() }
    }

    /// Answered with a number. Its cut points are gathered from the guards and knobs that look at it.
    pub fn number(id: &'static str, says: &str) -> Self {
        Self { id, text: text(says), answers: Answers::NumberWithCuts(Vec::new()), when: always() }
    }

    /// Cut points that no guard names, for example those of a bundle's parts.
    pub fn cuts(mut self, more: impl IntoIterator<Item = i64>) -> Self {
        if let Answers::NumberWithCuts(cuts) = &mut self.answers {
            for cut in more {
                if let Err(place) = cuts.binary_search(&cut) {
                    cuts.insert(place, cut);
                }
            }
        }
        self
    }

    /// Asked only where `when` holds.
    pub fn when(mut self, when: Guard) -> Self {
        self.when = when;
        self
    }
}
