//! What a program fills a wide terminal with.

use crate::pattern::pattern;

pattern! {
    /// More blanks than a table's columns are apart.
    FILLING = " {24,}";
}

/// `line` with the blanks that only reach for the far edge of the lab's wide
/// terminal (BuildKit's progress) made few. Columns of tables are left as they are.
pub fn without_filling(line: &str) -> String {
    let is_progress = line.starts_with("[+] ") || line.trim_start().starts_with("=> ");
    match is_progress {
        true => FILLING.replace_all(line, "   ").into_owned(),
        false => line.to_owned(),
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
