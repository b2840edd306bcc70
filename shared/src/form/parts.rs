//! What several pages have: the facts of a workshop, the stamp of a state.

use maud::{Markup, html};

use super::date_line;
use crate::language::Language;
use crate::workshop::Workshop;

/// When and where a workshop is.
pub(super) fn facts(workshop: &Workshop, language: Language) -> Markup {
    html! {
        p.facts {
            (date_line(workshop.starts_at, workshop.utc_offset_minutes, language)) br;
            (workshop.place.get(language))
        }
    }
}

/// A stamp: a frame with the sign of a state in it. The state is always given in words as well.
pub(super) fn stamp(kind: &str, path: &str) -> Markup {
    html! {
        svg class={ "stamp " (kind) } viewBox="0 0 64 64" width="64" height="64" aria-hidden="true" {
            rect x="2" y="2" width="60" height="60" rx="10" {}
            rect x="7" y="7" width="50" height="50" rx="6" {}
            path d=(path) {}
        }
    }
}
