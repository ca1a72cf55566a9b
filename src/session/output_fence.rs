//! Which fence below a transcript shows what its last command prints.

use super::fence_kind::{FenceKind, NotRun, fence_kind, is_command};
use crate::notes::{Fence, FenceLine};

/// Whether the caption of `fence`, a few words above it, or its info string say that it is
/// output.
pub(super) fn announces_output(fence: &Fence) -> bool {
    const FEW_WORDS: usize = 8;
    const SAY: [&str; 23] = [
        "출력",
        "결과",
        "output",
        "prints",
        "printed",
        "you get",
        "you should see",
        "you will see",
        "you'll see",
        "나온",
        "나옵",
        "나타",
        "화면",
        "보인",
        "보이",
        "보여",
        "표시",
        "screen",
        "shows",
        "shown",
        "出力",
        "結果",
        "输出",
    ];
    let words = |text: &str| text.split_whitespace().count();
    let above = fence.lead.last().map(String::as_str);
    let above = above.filter(|text| words(text) <= FEW_WORDS);
    let caption = fence.caption.as_deref().or(above).unwrap_or_default();
    let said = format!("{caption} {}", fence.info).to_lowercase();
    // A sentence about results may as well be about a file.
    let is_short = words(caption) <= 3;
    SAY.iter().any(|word| said.contains(word)) || is_short && said.contains("result")
}

/// Whether nothing stands between `fence` and the one above it, and it may be output by its
/// language: many authors mark it as the commands, or as the document that is printed.
pub(super) fn is_right_below(fence: &Fence) -> bool {
    const OF_COMMANDS: [&str; 4] = ["bash", "sh", "shell", "zsh"];
    let language = fence.info.split([' ', ',', '{']).next().unwrap_or_default();
    let shows_command = || {
        let mut lines = fence.lines.iter();
        lines.any(|line| is_command(&line.text))
    };
    let is_marked = fence.may_be_output()
        || language == "json"
        || OF_COMMANDS.contains(&language) && !shows_command();
    let is_file = fence.file_name().is_some_and(|name| name.is_sure);
    fence.lead.is_empty() && is_marked && !is_file
}

/// The first line of `fence`, right below a transcript or its output, where it may be output of
/// the last command that was not read as such.
pub fn unread_output(fence: &Fence) -> Option<(&FenceLine, NotRun)> {
    let mut lines = fence.lines.iter();
    let first = lines.find(|line| !line.text.trim().is_empty())?;
    let may_be_read = fence_kind(fence) == FenceKind::Other && is_right_below(fence);
    may_be_read.then_some((first, NotRun::OnlyOutput))
}
