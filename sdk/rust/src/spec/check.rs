//! What contradicts itself in a declaration, found when it is defined and not when a case is stuck.

use super::Spec;
use crate::contract::matters::{Answers, Field};
use crate::flow::Work;
use crate::guard::{Asks, Guard};

impl Spec {
    /// Calls `visit` with every guard of the declaration.
    pub(crate) fn each_guard(&self, visit: &mut dyn FnMut(&Guard)) {
        self.fields.iter().for_each(|group| visit(&group.when));
        self.field_guards.iter().for_each(|(_, when)| visit(when));
        self.materials.iter().for_each(|material| visit(&material.when));
        self.questions.iter().for_each(|question| visit(&question.when));
        self.elsewhere.iter().for_each(|elsewhere| visit(&elsewhere.when));
        self.parts.iter().for_each(|part| visit(&part.when));
        self.inspections.iter().for_each(|inspection| visit(&inspection.when));
        self.flow.stations.iter().for_each(|station| visit(&station.stage.when));
    }

    /// Whether a person decides after acceptance: a verdict, or reviews.
    pub(crate) fn has_decider(&self) -> bool {
        let reviews = |work: &Work| matches!(work, Work::Review | Work::OnSite | Work::Panel(_));
        self.flow.verdict.is_some() || self.flow.stations.iter().any(|station| reviews(&station.work))
    }

    /// Everything that is wrong with the declaration, each with its place and what to write instead.
    pub(crate) fn problems(&self, fields: &[Field]) -> Vec<String> {
        let mut found = Vec::new();
        self.check_ids(fields, &mut found);
        self.check_guards(fields, &mut found);
        self.check_stages(&mut found);
        self.check_bundle(&mut found);
        self.check_outcome(fields, &mut found);
        found
    }

    fn check_ids(&self, fields: &[Field], found: &mut Vec<String>) {
        unique("field", fields.iter().map(|field| field.id.as_str()), found);
        unique("material", self.materials.iter().map(|material| material.id), found);
        unique("question", self.questions.iter().map(|question| question.id), found);
        unique("part", self.parts.iter().map(|part| part.code), found);
        unique("inspection", self.inspections.iter().map(|inspection| inspection.id), found);
        unique("knob", self.knobs.iter().map(|knob| knob.id.as_str()), found);
        unique("stage", self.stage_ids(), found);
    }

    fn stage_ids(&self) -> impl Iterator<Item = &'static str> {
        let check = self.commitment.as_ref().and_then(|commitment| commitment.check.as_ref());
        let stations = self.flow.stations.iter().map(|station| &station.stage);
        let stages = self.flow.acceptance.iter().chain(stations).chain(&self.flow.verdict).chain(check);
        stages.map(|stage| stage.id)
    }

    fn check_guards(&self, fields: &[Field], found: &mut Vec<String>) {
        let mut asked: Vec<(&str, Asks)> = Vec::new();
        self.each_guard(&mut |guard| guard.visit(&mut |question, asks| asked.push((question, asks))));
        if let Some((question, _)) = self.commitment.as_ref().and_then(|commitment| commitment.area) {
            asked.push((question, Asks::Cut(0)));
        }
        for &(id, asks) in &asked {
            let question = self.questions.iter().find(|question| question.id == id);
            match (asks, question.map(|question| &question.answers)) {
                (_, None) => {
                    say(found, "a guard asks about question `", id, "`, which is not declared; add it by `question`")
                }
                (Asks::Yes, Some(Answers::YesNo)) | (Asks::Cut(_), Some(Answers::NumberWithCuts(_))) => {}
                (Asks::Choice(value), Some(Answers::OneOf(choices))) => {
                    if !choices.iter().any(|choice| choice.value == value) {
                        say(
                            found,
                            "a guard compares question `",
                            id,
                            &["` with `", value, "`, which is none of its choices"].concat(),
                        );
                    }
                }
                _ => say(
                    found,
                    "a guard takes question `",
                    id,
                    "` for what it is not: `yes` is for yes-no, `is` for one-of, `above` for numbers",
                ),
            }
        }
        for question in &self.questions {
            let cut = |(id, asks): &(&str, Asks)| *id == question.id && matches!(asks, Asks::Cut(_));
            if matches!(&question.answers, Answers::NumberWithCuts(cuts) if cuts.is_empty()) && !asked.iter().any(cut) {
                say(found, "number question `", question.id, "` has no cut point; nothing looks at it, or add `cuts`");
            }
        }
        for (id, _) in &self.field_guards {
            if !fields.iter().any(|field| field.id == *id) {
                say(found, "`field_when` names field `", id, "`, which no struct declares");
            }
        }
    }

    fn check_stages(&self, found: &mut Vec<String>) {
        let mut done: Vec<&str> = Vec::new();
        for station in &self.flow.stations {
            for before in station.stage.after.iter().filter(|before| !done.contains(before)) {
                say(
                    found,
                    "stage `",
                    station.stage.id,
                    &["` comes after `", before, "`, which is not declared before it"].concat(),
                );
            }
            done.push(station.stage.id);
            match &station.work {
                Work::Panel(panel) if panel.quorum == 0 || panel.quorum > panel.units.len() => {
                    say(found, "panel `", station.stage.id, "` has a quorum that its units cannot reach or need not");
                }
                Work::Panel(panel) if panel.vetoes.iter().any(|unit| !panel.units.contains(unit)) => {
                    say(found, "panel `", station.stage.id, "` gives a veto to a unit that is not in it");
                }
                _ => {}
            }
        }
    }

    fn check_bundle(&self, found: &mut Vec<String>) {
        let is_part = |code: &str| self.parts.iter().any(|part| part.code == code);
        for cover in &self.covers {
            if !self.materials.iter().any(|material| material.id == cover.material) {
                say(found, "a cover names material `", &cover.material, "`, which the bundle does not declare");
            }
            if !is_part(&cover.part) {
                say(found, "a cover names part `", &cover.part, "`, which the bundle does not declare");
            }
        }
        for serves in self.inspections.iter().flat_map(|inspection| &inspection.serves) {
            if !is_part(&serves.part) {
                say(found, "an inspection serves part `", &serves.part, "`, which the bundle does not declare");
            }
        }
        if self.is_bundle() && self.parts.iter().filter(|part| part.lead).count() != 1 {
            say(found, "bundle `", &self.title.zh, "` needs exactly one part that leads (牵头); set `lead` on it");
        }
        if self.is_bundle() && (!self.flow.stations.is_empty() || self.flow.verdict.is_some()) {
            say(
                found,
                "bundle `",
                &self.title.zh,
                "` has stages of its own between acceptance and certificate; its parts are decided there",
            );
        }
    }

    fn check_outcome(&self, fields: &[Field], found: &mut Vec<String>) {
        let person = self.has_decider() || (self.filing && self.flow.acceptance.is_some());
        if !self.is_bundle() && !person {
            say(
                found,
                "nobody decides in the flow of `",
                &self.title.zh,
                "`; add a `verdict`, a `review` or (for a filing) an `acceptance`",
            );
        }
        let certificate = self.flow.certificate.iter().filter(|_| !self.is_bundle());
        for element in certificate.flat_map(|certificate| &certificate.shows) {
            if !fields.iter().any(|field| field.element == *element) {
                say(found, "the certificate shows data element `", element, "`, which no field has");
            }
            if let Some(field) = fields.iter().find(|field| field.id == *element && field.element != *element) {
                let after = ["`, and the field of that name is of another, `", &field.element, "`; rename it"].concat();
                say(found, "the certificate shows data element `", element, &after);
            }
        }
    }
}

fn say(found: &mut Vec<String>, before: &str, id: &str, after: &str) {
    found.push([before, id, after].concat());
}

fn unique<'a>(what: &str, ids: impl Iterator<Item = &'a str>, found: &mut Vec<String>) {
    let mut seen: Vec<&str> = Vec::new();
    for id in ids {
        if seen.contains(&id) {
            say(found, &[what, " `"].concat(), id, "` is declared twice; ids are unique within the matter");
        } else if !is_slug(id) {
            say(found, &[what, " `"].concat(), id, "` is not an id: 1 to 64 letters, digits, `-`, `_` or `.`");
        }
        seen.push(id);
    }
}

fn is_slug(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.starts_with(|first: char| first.is_ascii_alphanumeric())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}
