//! Lines that stand for any number of lines that the author left out.

use crate::pattern::pattern;

/// What authors write for "left out", alone or between marks.
const WORDS: &str = r"(?:이하|중간|이후|나머지|출력|내용|일부|로그)*\s*(?:생략(?:됨|함|합니다|했습니다)?|중략|후략|전략|(?:以下|中间|其余)?省略|中略|後略|前略|略)";

/// What they write between marks only: alone, `etc` is a folder.
const ENCLOSED_WORDS: &str = r"(?:(?:output|lines?|rest|the)\s+)*(?:snip(?:ped)?|omitted|truncated|skipped|cut|etc\.?)(?:\s+(?:output|lines?))?";

/// Dots in a row, of any script.
const DOTS: &str = r"(?:(?:[.·・･。]\s?){3,}|…+|⋯+)";

pattern! {
    /// Dots, in brackets or behind a comment's sign too; dots one below the other, wide tildes,
    /// scissors.
    DOTS_ONLY = format!(
        r"^(?:(?:#|//)\s*)?{DOTS}$|^[\[(<{{（]\s*{DOTS}\s*[\])>}}）]$|^(?:⋮+|︙+|:|：|[〜～]{{2,}})$|^-+ ?(?:8<|>8|✂) ?-+$"
    );
    /// A comment that begins with dots: `# ... and so on`.
    BEHIND_DOTS = r"^(?:#|//)\s*(?:\.{3,}|…)\s*\S.{0,60}$";
    BETWEEN_DOTS = r"^(?:\.{2,}|…+)[^.…]{1,60}(?:\.{2,}|…+)$";
    /// A word that stands alone with `略` would be output.
    WORDS_ALONE = format!("^{WORDS}$");
    /// Between marks, a sentence may say why.
    SENTENCE = format!(r"^(?:[^\x00-\x7f]|[\s0-9,])*{WORDS}$");
    ENCLOSED = format!("(?i)^{ENCLOSED_WORDS}$");
}

/// Whether `letter` sets words apart from output.
fn is_mark(letter: char) -> bool {
    letter.is_whitespace() || "#※*-~～〜=<>[]()（）【】〈〉「」.…⋯·・".contains(letter)
}

/// Whether `line` stands for lines that were left out: `...`, `... 생략 ...`,
/// `(중략)`, `…`, `[snip]`, `# 생략` and the like.
pub fn is_elision(line: &str) -> bool {
    let line = line.trim();
    // Long lines are output; the patterns need not look at them.
    if line.len() > 200 {
        return false;
    }
    let words = line
        .strip_prefix("//")
        .unwrap_or(line)
        .trim_matches(is_mark);
    let begins_with_mark = line.starts_with("//") || line.starts_with(is_mark);
    DOTS_ONLY.is_match(line)
        || BETWEEN_DOTS.is_match(line)
        || BEHIND_DOTS.is_match(line)
        || begins_with_mark && ENCLOSED.is_match(words)
        || words.len() < line.len() && SENTENCE.is_match(words)
        || words != "略" && WORDS_ALONE.is_match(words)
}

#[cfg(test)]
mod tests {
    use super::is_elision;

    #[test]
    fn dots_with_or_without_words_elide() {
        for line in [
            "...",
            "....",
            ". . .",
            "…",
            "……",
            "[...]",
            "(…)",
            "... 생략 ...",
            "...생략...",
            "  ... 생략 ...  ",
            "... (중략) ...",
            "중략",
            "(중략)",
            "<중략>",
            "~ 중략 ~",
            "이하 생략",
            "(省略)",
            "（省略）",
            "(以下省略)",
            "中略",
            "... 이하 생략",
            "[snip]",
            "--snip--",
            "-- snip --",
            "<snip>",
            "(output omitted)",
            "... 출력 생략",
            "... many more lines ...",
            "⋮",
            "⋯",
            "···",
            "・・・",
            "。。。",
            "(・・・)",
            "# ...",
            "// …",
            ":",
            "(略)",
            "～省略～",
            "··· 중략 ···",
            "# 생략",
            "// 생략",
            "※ 이하 생략",
            "(출력이 길어 생략)",
            "〜〜〜",
            "----- 8< -----",
            "# ... and so on",
        ] {
            assert!(is_elision(line), "{line:?} should elide");
        }
    }

    #[test]
    fn output_does_not_elide() {
        for line in [
            "",
            ".",
            "..",
            "drwx-----x 3 root root 4096 Aug 30 14:32 ..",
            "Waiting...",
            "hello ... world",
            "Successfully tagged user_test:latest",
            "snippet",
            "... done",
            "$ ...",
            "-",
            "---",
            "cut -d: -f1",
            "etc",
            "cut",
            "skipped",
            "the rest",
            "output truncated",
            "::",
            "略",
            "..: total 4",
            "etc/",
            "/etc",
            "/cut",
            "# settings",
            "생략된 값",
            "a (생략)",
            "·",
            "/",
            "#",
        ] {
            assert!(!is_elision(line), "{line:?} is output");
        }
    }
}
