//! Walks a guide through all its paths, so that none of them ends nowhere. Pure: the caller makes the
//! calls.
//!
//! Answers can be enumerated, so a path is a list of answers: both of a yes or no, each of the choices,
//! one number of each interval. Of the questions that a guide asks at once, the first is answered; it asks
//! the others again.

use std::collections::BTreeMap;
use std::time::Duration;

use banshi_model::definition::{Answers, Definition, Question};
use banshi_model::guidance::Guidance;
use serde_json::{Value, json};

use crate::registry::findings::{Findings, Said};

/// So many calls are made at most; a guide with more paths is walked so far and a hint says so.
const CALLS_MAX: usize = 5_000;
/// So long is a guide walked: with each call just within its deadline, all of them would hold up every other
/// publisher for a quarter of an hour.
const TIME_MAX: Duration = Duration::from_secs(10);
/// So many findings are told; the rest are of the same kind.
const FINDINGS_MAX: usize = 50;

/// Of the ends that differ in how and what may be had, so many are kept to try cases with.
const ENDS_MAX: usize = 8;

/// The answers of a path.
pub(crate) type Path = BTreeMap<String, Value>;

/// A walk in progress: take a path with `next`, call the guide, tell with `take` what it said.
pub(crate) struct Walk<'d> {
    definition: &'d Definition,
    to_go: Vec<Path>,
    calls: usize,
    leaves: usize,
    ends: Vec<(Path, Guidance)>,
    found: Findings,
}

impl<'d> Walk<'d> {
    /// A walk that begins without an answer.
    pub(crate) fn new(definition: &'d Definition) -> Self {
        Self { definition, to_go: vec![Path::new()], calls: 0, leaves: 0, ends: Vec::new(), found: Findings::default() }
    }

    /// The next path to ask the guide about, `spent` after the walk began.
    pub(crate) fn next(&mut self, spent: Duration) -> Option<Path> {
        if self.found.iter().count() >= FINDINGS_MAX {
            return None;
        }
        if self.calls >= CALLS_MAX && !self.to_go.is_empty() {
            let text = (
                format!("情景引导超过 {CALLS_MAX} 步，其余路径没有检查"),
                format!("the guide has more than {CALLS_MAX} steps; the rest was not walked"),
            );
            let fix =
                ("减少问题，或只在答案有影响时提问", "ask fewer questions, or ask them only where the answer matters");
            self.found.warn("admission.guide", "guide", text, fix);
            return None;
        }
        if spent >= TIME_MAX && !self.to_go.is_empty() {
            // How far it came is the machine's affair: the report says the same each time.
            let seconds = TIME_MAX.as_secs();
            let text = (
                format!("情景引导超过 {seconds} 秒仍未走完，其余路径没有检查"),
                format!("the guide took over {seconds} s, and more was to come; the rest was not walked"),
            );
            let fix = ("加快引导的作答，或减少问题", "make the guide answer faster, or ask fewer questions");
            self.found.block("admission.guide", "guide", text, fix);
            return None;
        }
        self.calls += 1;
        self.to_go.pop()
    }

    /// What the guide said on a path.
    pub(crate) fn take(&mut self, path: &Path, guidance: &Guidance) {
        self.names(path, guidance);
        let Some(id) = guidance.next.first() else {
            self.leaves += 1;
            self.leaf(path, guidance);
            self.keep(path, guidance);
            return;
        };
        if path.contains_key(id.as_str()) {
            self.block(
                path,
                (format!("再次询问已经回答的 `{id}`"), format!("asks `{id}` again, which was answered")),
                ("问题一经回答，不再询问", "leave a question out once it is answered"),
            );
            return;
        }
        match self.definition.questions.iter().find(|question| &question.id == id) {
            Some(question) => {
                // Reversed, so that paths are walked in the order in which the answers are declared.
                for answer in representatives(question).into_iter().rev() {
                    let mut on = path.clone();
                    on.insert(id.to_string(), answer);
                    self.to_go.push(on);
                }
            }
            None => self.block(
                path,
                (format!("询问没有声明的 `{id}`"), format!("asks `{id}`, which is not declared")),
                ("声明该问题", "declare the question"),
            ),
        }
    }

    /// A call that gave no answer; `code` is the limit's or rule's own name.
    pub(crate) fn fail(&mut self, path: &Path, code: &str, what: &str) {
        let fix = ("使情景引导在此路径上作答", "make the guide answer on this path");
        self.found.block(code, place(path), what, fix);
    }

    /// How many paths end, and what was found.
    pub(crate) fn finish(self) -> (usize, Findings) {
        (self.leaves, self.found)
    }

    /// Ends to try cases with: of those alike the first, in the order of the walk.
    pub(crate) fn ends(&self) -> &[(Path, Guidance)] {
        &self.ends
    }

    fn keep(&mut self, path: &Path, guidance: &Guidance) {
        let alike = |(_, kept): &(Path, Guidance)| kept.modes == guidance.modes && kept.parts == guidance.parts;
        if guidance.way.is_none() && self.ends.len() < ENDS_MAX && !self.ends.iter().any(alike) {
            self.ends.push((path.clone(), guidance.clone()));
        }
    }

    fn block(&mut self, path: &Path, text: impl Into<Said>, fix: impl Into<Said>) {
        self.found.block("admission.guide", place(path), text, fix);
    }

    fn names(&mut self, path: &Path, guidance: &Guidance) {
        let definition = self.definition;
        for id in guidance.fields.iter().filter(|id| definition.field(id.as_str()).is_none()) {
            let said = (format!("需要没有声明的表单项 `{id}`"), format!("needs field `{id}`, which is not declared"));
            self.block(path, said, ("声明该表单项", "declare the field"));
        }
        for id in guidance.materials.iter().filter(|id| definition.material(id.as_str()).is_none()) {
            let said = (format!("需要没有声明的材料 `{id}`"), format!("needs material `{id}`, which is not declared"));
            self.block(path, said, ("声明该材料", "declare the material"));
        }
        let parts = definition.bundle.as_ref().map_or(&[][..], |bundle| &bundle.parts);
        for code in guidance.parts.iter().filter(|code| !parts.iter().any(|part| part.code == **code)) {
            let said =
                (format!("选出没有声明的部分 `{code}`"), format!("chooses part `{code}`, which is not declared"));
            self.block(path, said, ("在“一业一证”中声明该部分", "declare the part in the bundle"));
        }
        for mode in guidance.modes.iter().filter(|mode| !definition.modes.contains(mode)) {
            let said =
                (format!("给出没有声明的办理方式 {mode:?}"), format!("offers mode {mode:?}, which is not declared"));
            self.block(path, said, ("声明该办理方式", "declare the mode"));
        }
    }

    fn leaf(&mut self, path: &Path, guidance: &Guidance) {
        if guidance.way.is_some() {
            return;
        }
        if guidance.modes.is_empty() {
            self.block(
                path,
                ("路径完结而没有办理方式，也没有指路", "ends without a mode and without a way"),
                ("给出一种办理方式，或指明应到何处办理", "offer a mode, or show where it belongs"),
            );
        }
        if self.definition.bundle.is_some() && guidance.parts.is_empty() {
            self.block(
                path,
                ("路径完结而没有选出任何部分，也没有指路", "ends without a part and without a way"),
                ("选出一个部分，或指明应到何处办理", "choose a part, or show where it belongs"),
            );
        }
    }
}

/// One answer of each kind that the question tells apart. The cut point belongs to the interval below it.
fn representatives(question: &Question) -> Vec<Value> {
    match &question.answers {
        Answers::YesNo => vec![json!(true), json!(false)],
        Answers::OneOf(choices) => choices.iter().map(|choice| json!(choice.value)).collect(),
        Answers::NumberWithCuts(cuts) => {
            let above = cuts.last().map(|last| last.saturating_add(1));
            cuts.iter().copied().chain(above).map(|number| json!(number)).collect()
        }
    }
}

fn place(path: &Path) -> String {
    let answers: Vec<String> = path.iter().map(|(id, answer)| format!("{id}={answer}")).collect();
    format!("guide({})", answers.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::findings::english;
    use crate::registry::sample::{bundle, definition, question};
    use banshi_model::definition::Mode;

    fn empty() -> Guidance {
        Guidance {
            next: vec![],
            fields: vec![],
            materials: vec![],
            parts: vec![],
            modes: vec![Mode::Approval],
            way: None,
        }
    }

    fn asking(id: &str) -> Guidance {
        Guidance { next: vec![id.parse().unwrap()], ..empty() }
    }

    /// Walks a guide that is an ordinary function.
    fn walk(d: &Definition, guide: impl Fn(&Path) -> Guidance) -> (usize, Vec<String>) {
        let mut walk = Walk::new(d);
        while let Some(path) = walk.next(Duration::ZERO) {
            let guidance = guide(&path);
            walk.take(&path, &guidance);
        }
        let (leaves, found) = walk.finish();
        (
            leaves,
            found.into_inner().into_iter().map(|found| format!("{}: {}", found.place, english(&found.what))).collect(),
        )
    }

    fn asks() -> Definition {
        let mut d = definition();
        d.questions =
            vec![question("medicine", Answers::YesNo), question("area", Answers::NumberWithCuts(vec![50, 200]))];
        d
    }

    /// Asks for the area only where medicine is sold.
    fn guide(path: &Path) -> Guidance {
        match (path.get("medicine"), path.get("area")) {
            (None, _) => asking("medicine"),
            (Some(Value::Bool(true)), None) => asking("area"),
            _ => empty(),
        }
    }

    #[test]
    fn every_path_is_walked_to_its_end() {
        assert_eq!(walk(&asks(), guide), (4, vec![]));
        assert_eq!(representatives(&asks().questions[1]), [json!(50), json!(200), json!(201)]);
    }

    #[test]
    fn a_path_that_does_not_end_is_named_with_its_answers() {
        let found = walk(&asks(), |_| asking("medicine")).1;
        assert_eq!(found[0], "guide(medicine=true): asks `medicine` again, which was answered");
        let found = walk(&asks(), |_| asking("colour")).1;
        assert_eq!(found, ["guide(): asks `colour`, which is not declared"]);
    }

    #[test]
    fn a_path_needs_only_what_is_declared_and_offers_a_mode_or_a_way() {
        let odd = Guidance {
            fields: vec!["nothing".parse().unwrap()],
            materials: vec!["none".parse().unwrap()],
            parts: vec!["P09".parse().unwrap()],
            modes: vec![Mode::Filing],
            ..empty()
        };
        let found = walk(&definition(), |_| odd.clone()).1;
        assert_eq!(found.len(), 4, "{found:?}");
        let found = walk(&definition(), |_| Guidance { modes: vec![], ..empty() }).1;
        assert_eq!(found, ["guide(): ends without a mode and without a way"]);
        let mut joined = definition();
        joined.bundle = Some(bundle(&["P01"]));
        assert_eq!(walk(&joined, |_| empty()).1, ["guide(): ends without a part and without a way"]);
    }

    #[test]
    fn a_guide_that_takes_too_long_is_refused_and_one_that_has_ended_is_not() {
        let asks = asks();
        let mut walk = Walk::new(&asks);
        let path = walk.next(Duration::ZERO).unwrap();
        walk.take(&path, &guide(&path));
        assert!(walk.next(TIME_MAX).is_none());
        let found = walk.finish().1.into_inner();
        assert_eq!((found.len(), found[0].rule.as_str(), found[0].refuses()), (1, "admission.guide", true));

        let mut ended = Walk::new(&asks);
        let path = ended.next(Duration::ZERO).unwrap();
        ended.take(&path, &empty());
        assert!(ended.next(TIME_MAX).is_none());
        assert!(!ended.finish().1.blocks());
    }

    #[test]
    fn a_guide_without_bound_is_walked_so_far_and_hinted_at() {
        let mut d = definition();
        d.questions = (0..20).map(|n| question(&format!("q{n}"), Answers::YesNo)).collect();
        let first_open = |path: &Path| (0..20).map(|n| format!("q{n}")).find(|id| !path.contains_key(id));
        let (leaves, found) = walk(&d, |path| first_open(path).map_or_else(empty, |id| asking(&id)));
        assert!(leaves > 1_000);
        assert_eq!(found, ["guide: the guide has more than 5000 steps; the rest was not walked"]);
    }
}
