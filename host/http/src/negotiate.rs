//! Whether a page or JSON is wanted (RFC 9110, `Accept`).

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A page for a person.
    Page,
    /// JSON for a program; also where nothing is said or both are as good.
    Json,
}

/// What the request's `Accept` prefers.
pub(crate) fn wanted(headers: &HeaderMap) -> Wanted {
    let lists = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let (mut page, mut json) = (Best::NONE, Best::NONE);
    for range in lists.flat_map(|list| list.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
        match name.as_str() {
            "text/html" => page.consider(2, quality),
            "application/json" => json.consider(2, quality),
            "text/*" => page.consider(1, quality),
            "application/*" => json.consider(1, quality),
            "*/*" => {
                page.consider(0, quality);
                json.consider(0, quality);
            }
            _ => {}
        }
    }
    if page.quality > json.quality { Wanted::Page } else { Wanted::Json }
}

/// The quality of the range that names a type most exactly.
#[derive(Clone, Copy)]
struct Best {
    exactness: i8,
    quality: f32,
}

impl Best {
    const NONE: Self = Self { exactness: -1, quality: 0.0 };

    fn consider(&mut self, exactness: i8, quality: f32) {
        if exactness > self.exactness {
            *self = Self { exactness, quality };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_page_and_a_program_json() {
        for (accept, expected) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", Wanted::Page),
            ("text/html", Wanted::Page),
            ("text/*;q=0.5", Wanted::Page),
            ("TEXT/HTML ; q=0.9, application/json;q=0.1", Wanted::Page),
            ("*/*", Wanted::Json),
            ("application/json", Wanted::Json),
            ("application/json, text/html;q=0.9", Wanted::Json),
            ("text/html;q=0, */*", Wanted::Json),
            ("text/html;q=oops", Wanted::Json),
            ("", Wanted::Json),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
            assert_eq!(wanted(&headers), expected, "{accept}");
        }
        assert_eq!(wanted(&HeaderMap::new()), Wanted::Json);
    }
}
