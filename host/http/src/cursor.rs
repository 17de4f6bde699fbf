//! Cursors: where the next page of a list begins, opaque to callers.
//!
//! A cursor holds the engine's own cursor behind a check over it, the list and the filter, so that one that is
//! cut, mixed up with another list's, or used with another filter is refused and not misread. It is no
//! secret and grants nothing: each page is authorised by itself.

mod seal;

use banshi_engine::api::{Page, PageRequest};
use banshi_model::ids::Digest;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::problem::Problem;

/// How many items a page has unless said.
pub(crate) const LIMIT_DEFAULT: usize = 50;
/// How many items a page has at most.
pub(crate) const LIMIT_MAX: usize = 200;

/// Which page of a list without a filter is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many, 1 to 200; 50 unless said.
    pub(crate) limit: Option<usize>,
}

/// A list with its filter: what a cursor belongs to.
#[derive(Debug)]
pub(crate) struct List {
    context: Digest,
}

impl List {
    /// The list `name` under this filter.
    pub(crate) fn new(name: &'static str, filter: &impl Serialize) -> Result<Self, Problem> {
        let unreadable = |_| Problem::malformed("query", "the filter does not read", "see `/docs` for the parameters");
        Ok(Self { context: Digest::of_json(&(name, filter)).map_err(unreadable)? })
    }

    /// The page that a caller wants.
    pub(crate) fn wanted(&self, cursor: Option<&str>, limit: Option<usize>) -> Result<PageRequest, Problem> {
        let limit = limit.unwrap_or(LIMIT_DEFAULT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(Problem::malformed("limit", "the limit is not 1 to 200", "ask for 1 to 200 items"));
        }
        let cursor = cursor.map(|opaque| self.open(opaque)).transpose()?;
        Ok(PageRequest { cursor, limit })
    }

    /// A page with its cursor made opaque.
    pub(crate) fn page<T>(&self, page: Page<T>) -> Page<T> {
        Page { items: page.items, next: page.next.map(|inner| seal::close(&self.context, &inner)) }
    }

    fn open(&self, opaque: &str) -> Result<String, Problem> {
        let fix = "hand back `next` of the page before, with the same filter, or begin without a cursor";
        seal::open(&self.context, opaque)
            .ok_or_else(|| Problem::malformed("cursor", "the cursor is not of this list and filter", fix))
    }
}

/// A list that is short enough to come whole, in the form of one that does not.
pub(crate) fn only_page<T>(items: Vec<T>) -> Page<T> {
    Page { items, next: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(list: &List, inner: &str) -> String {
        list.page(Page::<u8> { items: vec![], next: Some(inner.to_owned()) }).next.unwrap()
    }

    #[test]
    fn a_cursor_comes_back_as_it_went_out() {
        let list = List::new("cases", &"310115").unwrap();
        let opaque = next(&list, "case/310115/…");
        assert!(!opaque.contains("310115"));
        let wanted = list.wanted(Some(&opaque), Some(7)).unwrap();
        assert_eq!((wanted.cursor.as_deref(), wanted.limit), (Some("case/310115/…"), 7));
    }

    #[test]
    fn a_cursor_of_another_list_or_filter_is_refused() {
        let opaque = next(&List::new("cases", &"310115").unwrap(), "k");
        for (name, filter) in [("cases", "310104"), ("tasks", "310115")] {
            let problem = List::new(name, &filter).unwrap().wanted(Some(&opaque), None).unwrap_err();
            assert_eq!((problem.status, problem.place.as_deref()), (400, Some("cursor")));
        }
    }

    #[test]
    fn a_damaged_cursor_is_refused() {
        let list = List::new("cases", &"310115").unwrap();
        let opaque = next(&list, "some-key");
        let cut = opaque.get(..opaque.len() - 2).unwrap();
        for wrong in ["", "A", "!!", cut, &format!("{opaque}AA"), "AQAAAAAAAAAA"] {
            assert!(list.wanted(Some(wrong), None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_page_has_1_to_200_items_and_50_unless_said() {
        let list = List::new("cases", &()).unwrap();
        assert_eq!(list.wanted(None, None).unwrap().limit, 50);
        assert_eq!(list.wanted(None, Some(200)).unwrap().limit, 200);
        for wrong in [0, 201] {
            assert_eq!(list.wanted(None, Some(wrong)).unwrap_err().place.as_deref(), Some("limit"));
        }
    }
}
