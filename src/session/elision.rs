//! Lines that stand for any number of lines that the author left out.

use crate::pattern::pattern;

/// What authors write for "left out", alone or between dots, dashes or brackets.
const WORDS: &str = r"(?:이하|중간|이후|나머지|출력|내용|일부|로그)*\s*(?:생략(?:됨|함|합니다|했습니다)?|중략|후략|전략|(?:以下|中间|其余)?省略|中略|後略|前略)";

/// What they write between dots, dashes or brackets only: alone, `etc` is a folder.
const ENCLOSED_WORDS: &str = r"(?:(?:output|lines?|rest|the)\s+)*(?:snip(?:ped)?|omitted|truncated|skipped|cut|etc\.?)(?:\s+(?:output|lines?))?";

pattern! {
    DOTS_ONLY = r"^(?:\.\s?){3,}$|^…+$|^⋮+$|^[\[(<{]\s*(?:\.{3,}|…+)\s*[\])>}]$";
    BETWEEN_DOTS = r"^(?:\.{2,}|…+)[^.…]{1,60}(?:\.{2,}|…+)$";
    WORDS_ALONE = {
    let open = r"(?:\.{2,}|…+|[-~=*<>\[(（【]+)";
    let close = r"(?:\.{2,}|…+|[-~=*<>\])）】]+)";
    format!(
        r"(?i)^(?:{open}?\s*[\[(<]?\s*{WORDS}\s*[\])>]?\s*{close}?|{open}\s*[\[(<]?\s*{ENCLOSED_WORDS}\s*[\])>]?\s*{close}?)$"
    )
    };
}

/// Whether `line` stands for lines that were left out: `...`, `... 생략 ...`,
/// `(중략)`, `…`, `[snip]` and the like.
pub fn is_elision(line: &str) -> bool {
    let line = line.trim();
    // Long lines are output; the patterns need not look at them.
    line.len() <= 200
        && (DOTS_ONLY.is_match(line) || BETWEEN_DOTS.is_match(line) || WORDS_ALONE.is_match(line))
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
        ] {
            assert!(!is_elision(line), "{line:?} is output");
        }
    }
}
