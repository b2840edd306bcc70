//! The names of the steps, by which one asks for some of them.

/// In their order.
pub(super) const STEPS: [&str; 17] = [
    "formatting",
    "purity",
    "wings",
    "papers",
    "line lengths",
    "shared for wasm",
    "page",
    "pages of the window",
    "clippy",
    "dependencies",
    "docs",
    "unit tests",
    "doc tests",
    "edge build",
    "host build",
    "window build",
    "end to end",
];

/// Takes what is in the name of a step.
///
/// # Errors
/// In words, with all the names, where it is in none.
pub(crate) fn part_of_a_step(text: &str) -> Result<String, String> {
    let is_there = STEPS.iter().any(|name| name.contains(text));
    if is_there { Ok(text.to_owned()) } else { Err(format!("the steps are: {}", STEPS.join(", "))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_no_name_is_told_the_names() {
        assert_eq!(part_of_a_step("build"), Ok("build".to_owned()));
        assert!(part_of_a_step("browser").unwrap_err().contains("end to end"));
    }
}
