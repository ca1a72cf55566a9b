//! What a program fills a wide terminal with.

use std::sync::LazyLock;

use regex::Regex;

/// `line` with the blanks that only reach for the far edge of the lab's wide
/// terminal (BuildKit's progress) made few. Columns of tables are left as they are.
pub fn without_filling(line: &str) -> String {
    static FILLING: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r" {24,}").ok());
    let is_progress = line.starts_with("[+] ") || line.trim_start().starts_with("=> ");
    match FILLING.as_ref().filter(|_| is_progress) {
        Some(filling) => filling.replace_all(line, "   ").into_owned(),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_progress_is_made_short() {
        let wide = " ".repeat(200);
        assert_eq!(
            without_filling(&format!(" => [1/2] FROM busybox{wide}0.0s")),
            " => [1/2] FROM busybox   0.0s"
        );
        let row = format!("IMAGE  {wide}  SIZE");
        assert_eq!(without_filling(&row), row);
    }
}
