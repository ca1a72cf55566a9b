//! The words that are shown beside results, in the language of the book.

use crate::results::Verdict;

/// The words of one language.
pub(super) struct Labels {
    /// In the order of [`Verdict::ALL`].
    pub verdicts: [&'static str; 6],
    /// The notes changed after the run.
    pub stale: &'static str,
    /// What to do then.
    pub stale_help: &'static str,
    /// What the verdict was before, as a form with `{}` for the verdict.
    pub before: &'static str,
    /// The engine's kind.
    pub engine: &'static str,
    /// The Docker daemon's and client's versions, as a form.
    pub versions: &'static str,
    /// When it was run.
    pub date: &'static str,
    /// Why, where steps do not say it.
    pub reason: &'static str,
    /// Base images that are stand-ins.
    pub stand_ins: &'static str,
    /// What the notes do not show.
    pub remarks: &'static str,
    /// A line of the notes, as a form with `{}` for its number.
    pub line: &'static str,
    /// What the notes say.
    pub expected: &'static str,
    /// What was there instead.
    pub actual: &'static str,
    /// Where there is nothing.
    pub nothing: &'static str,
    /// How many more lines differ, as a form.
    pub more: &'static str,
}

const ENGLISH: Labels = Labels {
    verdicts: [
        "passed",
        "drifted",
        "failed",
        "skipped",
        "error",
        "unchecked",
    ],
    stale: "stale",
    stale_help: "the notes or files changed after this run: verify them again",
    before: "{} before the notes changed",
    engine: "Engine",
    versions: "daemon {}, client {}",
    date: "Date",
    reason: "Reason",
    stand_ins: "Stand-ins",
    remarks: "Remarks",
    line: "Line {}",
    expected: "notes",
    actual: "this run",
    nothing: "(nothing)",
    more: "and {} more",
};

const KOREAN: Labels = Labels {
    verdicts: [
        "통과",
        "표현 달라짐",
        "실패",
        "건너뜀",
        "실행 못 함",
        "확인할 것 없음",
    ],
    stale: "다시 확인 필요",
    stale_help: "이 확인 뒤에 노트나 파일이 바뀌었습니다. 다시 확인해 주세요",
    before: "노트가 바뀌기 전: {}",
    engine: "엔진",
    versions: "데몬 {}, 클라이언트 {}",
    date: "날짜",
    reason: "이유",
    stand_ins: "대신 쓴 이미지",
    remarks: "참고",
    line: "{}번째 줄",
    expected: "노트",
    actual: "이번 실행",
    nothing: "(없음)",
    more: "그 밖에 {}줄",
};

impl Labels {
    /// The words for a `language` as `book.toml` names it (`ko`, `ko-KR`);
    /// English where there are none.
    pub fn of(language: &str) -> &'static Self {
        match language.split(['-', '_']).next() {
            Some("ko") => &KOREAN,
            _ => &ENGLISH,
        }
    }

    /// The word for a verdict.
    pub fn verdict(&self, verdict: Verdict) -> &'static str {
        let words = Verdict::ALL.into_iter().zip(self.verdicts);
        words
            .filter(|(known, _)| *known == verdict)
            .map(|(_, word)| word)
            .next()
            .unwrap_or_else(|| verdict.word())
    }
}

/// Puts `values` into the `{}` of `form`, in order.
pub(super) fn fill(form: &str, values: &[&str]) -> String {
    let mut parts = form.split("{}");
    let first = parts.next().unwrap_or_default().to_owned();
    parts
        .zip(values)
        .fold(first, |text, (part, value)| text + value + part)
}
