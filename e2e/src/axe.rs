//! axe-core in the real window: the pages as they are shown, not copies of them.
//!
//! The page's policy keeps it from loading or running anything that is not the program's own. What WebDriver
//! runs is not the page's, so that axe can look at it as it is.

use std::fs;
use std::sync::OnceLock;

use serde_json::json;

use crate::checkout;
use crate::window::Window;

/// Shows the window in a language and an appearance, has axe look at all of it, and says what it found, a
/// line each. What moves is let come to rest first: half of a change of colours has neither colour.
const LOOK: &str = "
    const [language, theme, done] = arguments;
    const drawn = () => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)));
    const { documentElement: page } = document;
    const press = async (id, until) => {
        for (let times = 0; times < 4 && !until(); times += 1) {
            document.getElementById(id).click();
            await drawn();
        }
    };
    (async () => {
        await press('language', () => page.lang === language);
        await press('theme', () => (localStorage.getItem('theme') ?? 'system') === theme);
        await drawn();
        await Promise.allSettled(document.getAnimations().map((one) => one.finished));
        const { violations } = await axe.run(document, { resultTypes: ['violations'] });
        const why = ({ any, all }) => [...any, ...all].map(({ message }) => message).join('; ');
        const where = ({ nodes }) => nodes.map((one) => `${one.html.slice(0, 160)} ${why(one)}`).join(' | ');
        return violations.map((one) => `${one.impact}: ${one.id}: ${where(one)}`);
    })().then(done, (error) => done([String(error)]));
";

impl Window {
    /// Has axe look at what is on the screen, once in each language and each appearance; nothing may stand in
    /// anybody's way. Leaves the language as it was, and the appearance light.
    ///
    /// Words depend on the language alone, and colours on the appearance alone: two looks see all of both.
    pub fn accessible(&self, what: &str) {
        if self.run("return typeof axe", json!([])) != "object" {
            self.run(source(), json!([]));
        }
        let before = self.run("return document.documentElement.lang", json!([]));
        let (language, other) = if before == "zh" { ("zh", "en") } else { ("en", "zh") };
        for (language, theme) in [(other, "dark"), (language, "light")] {
            let found = self.run_async(LOOK, json!([language, theme]));
            assert_eq!(found, json!([]), "axe: {what}, {language}, {theme}");
        }
    }
}

/// axe-core, of the version that the phone's pages are looked at with.
fn source() -> &'static str {
    static SOURCE: OnceLock<String> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let path = checkout().join("e2e/browser/node_modules/axe-core/axe.min.js");
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    })
}
