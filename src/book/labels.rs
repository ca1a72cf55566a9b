//! The words that labbook adds to pages, in the language of the book.

use jiff::Timestamp;

use crate::results::Verdict;
use crate::session::Keys;

/// The words of one language.
pub(super) struct Labels {
    /// What each verdict says at the head of an exercise, in the order of
    /// [`Verdict::ALL`].
    verdicts: [&'static str; 6],
    /// The same as words for what was true before.
    short: [&'static str; 6],
    /// An exercise without a result.
    pub never: &'static str,
    /// The notes changed after the run, as a form with `{}` for a verdict.
    pub stale: &'static str,
    /// Which steps of several differ, as a form with `{}` for how many there are.
    pub steps_of: &'static str,
    /// A step, as a form with `{}` for its number.
    pub step: &'static str,
    /// How many further things there are, as a form.
    pub more: &'static str,
    /// The link to report a wrong answer.
    pub wrong: &'static str,
    /// The link to edit the notes.
    pub edit: &'static str,
    /// A question without an answer.
    pub unanswered: &'static str,
    /// Where nothing more is known about why.
    pub no_reason: &'static str,
    /// The notes' line.
    pub notes: &'static str,
    /// This run's.
    pub now: &'static str,
    /// Where there is nothing.
    pub nothing: &'static str,
    /// A line that is printed today only.
    pub extra: &'static str,
    /// Where an exercise stopped.
    pub stopped: &'static str,
    /// The mark of a file that the notes show and that was written for them.
    pub given: &'static str,
    /// The mark of a stand-in, as a form with `{}` for images.
    pub stand_in: &'static str,
    /// The mark of what was asked again, as a form with `{}` for how often.
    pub asked: &'static str,
    /// The mark of what held in a later run only.
    pub flaky: &'static str,
    /// The mark of what differs from run to run, as a form with `{}` for lines.
    pub varying: &'static str,
    /// The page that tells all at a glance.
    pub overview: &'static str,
    /// Its headings: classes, exercises, questions without an answer, themes.
    pub headings: [&'static str; 4],
    /// The columns of its tables: class, questions, unanswered, exercises, exercise.
    pub columns: [&'static str; 5],
    /// Questions of no theme.
    pub other_theme: &'static str,
    /// An exercise without a result, and one whose notes changed, in a few letters.
    pub unknown: [&'static str; 2],
    /// The host's shell.
    pub host: &'static str,
    /// A shell in a container, as a form with `{}` for its name.
    pub container: &'static str,
    /// Another shell on the host.
    pub shell: &'static str,
    /// A transcript that goes on where the one before ended.
    pub goes_on: &'static str,
    /// What the keys do, for detach, interrupt, end of file and suspend.
    keys: [&'static str; 4],
    /// What the author left out.
    pub elided: &'static str,
    /// What it really was, as a form with `{}` for the number of lines.
    pub elided_lines: &'static str,
    date: &'static str,
}

const ENGLISH: Labels = Labels {
    verdicts: [
        "Checked: as the notes say",
        "Still true, but Docker says it in other words today",
        "Differs from the notes today",
        "Not checked",
        "Could not be run",
        "Ran, but shows nothing to compare",
    ],
    short: [
        "checked",
        "other words",
        "differed",
        "not checked",
        "could not be run",
        "nothing to compare",
    ],
    never: "Not checked yet",
    stale: "The notes changed after the last check (before: {})",
    steps_of: " of {}",
    step: "step {}",
    more: "and {} more",
    wrong: "This answer is wrong",
    edit: "Edit this",
    unanswered: "Not answered yet",
    no_reason: "the report of the run says why",
    notes: "notes",
    now: "today",
    nothing: "(nothing)",
    extra: "printed today, not in the notes",
    stopped: "It stopped here",
    given: "The file was written as the notes show it",
    stand_in: "with a stand-in for {}",
    asked: "asked {} times until it was ready",
    flaky: "does not hold in every run",
    varying: "{} lines differ in every run",
    overview: "At a glance",
    headings: ["Classes", "Exercises", "Not answered yet", "By theme"],
    columns: ["Class", "Questions", "Unanswered", "Exercises", "Exercise"],
    other_theme: "Other",
    unknown: ["not checked yet", "check again"],
    host: "Host",
    container: "In the container {}",
    shell: "In another shell {}",
    goes_on: "Continued",
    keys: [
        "leaves the container running (detach)",
        "interrupts the program",
        "ends the input",
        "suspends the program",
    ],
    elided: "left out in the notes",
    elided_lines: "left out in the notes: show what was printed ({} lines)",
    date: "%-d %B %Y",
};

const KOREAN: Labels = Labels {
    verdicts: [
        "확인됨: 노트 그대로입니다",
        "내용은 그대로이고, Docker의 표현만 달라졌습니다",
        "지금은 노트와 다릅니다",
        "확인하지 않았습니다",
        "실행하지 못했습니다",
        "실행은 되지만 비교할 출력이 없습니다",
    ],
    short: [
        "노트 그대로",
        "표현 달라짐",
        "노트와 다름",
        "확인 안 함",
        "실행 못 함",
        "비교할 것 없음",
    ],
    never: "아직 확인하지 않았습니다",
    stale: "마지막 확인 뒤에 노트가 바뀌었습니다 (바뀌기 전: {})",
    steps_of: "{}단계 중 ",
    step: "{}번째 단계",
    more: "외 {}개",
    wrong: "답이 틀렸어요",
    edit: "고치기",
    unanswered: "아직 답이 없습니다",
    no_reason: "이유는 실행 보고서에 있습니다",
    notes: "노트",
    now: "지금",
    nothing: "(없음)",
    extra: "노트에 없고 지금은 나오는 줄",
    stopped: "여기서 멈췄습니다",
    given: "노트에 나온 파일을 미리 만들어 두었습니다",
    stand_in: "{}: 대체 이미지로 확인",
    asked: "준비될 때까지 {}번 확인",
    flaky: "매번 같지는 않음",
    varying: "실행마다 다른 줄 {}개",
    overview: "한눈에 보기",
    headings: ["수업", "실습", "아직 답이 없는 질문", "주제별"],
    columns: ["수업", "질문", "답 없음", "실습", "실습"],
    other_theme: "그 밖",
    unknown: ["아직 확인 안 함", "다시 확인 필요"],
    host: "호스트",
    container: "컨테이너 {} 안",
    shell: "다른 셸 {}",
    goes_on: "이어서",
    keys: [
        "컨테이너를 켜 둔 채 빠져나옴 (detach)",
        "프로그램을 멈춤",
        "입력을 끝냄",
        "프로그램을 잠시 세워 둠",
    ],
    elided: "노트에서 생략한 출력",
    elided_lines: "노트에서 생략한 출력: 실제 출력 보기 ({}줄)",
    date: "%Y년 %-m월 %-d일",
};

impl Labels {
    /// The words for a `language` as `book.toml` names it (`ko`, `ko-KR`);
    /// English where there are none.
    pub(super) fn of(language: &str) -> &'static Self {
        match language.split(['-', '_']).next() {
            Some("ko") => &KOREAN,
            _ => &ENGLISH,
        }
    }

    /// Whether these are the Korean ones.
    pub(super) fn is_korean(&self) -> bool {
        self.host == KOREAN.host
    }

    /// What a verdict says at the head of an exercise.
    pub(super) fn verdict(&self, verdict: Verdict) -> &'static str {
        word(self.verdicts, verdict)
    }

    /// The verdict in a few letters.
    pub(super) fn short(&self, verdict: Verdict) -> &'static str {
        word(self.short, verdict)
    }

    /// What `keys` do.
    pub(super) fn keys(&self, keys: Keys) -> &'static str {
        let [detach, interrupt, end, suspend] = self.keys;
        match keys {
            Keys::Detach => detach,
            Keys::Interrupt => interrupt,
            Keys::EndOfFile => end,
            Keys::Suspend => suspend,
        }
    }

    /// The day of a time in RFC 3339.
    pub(super) fn date(&self, time: &str) -> Option<String> {
        let time: Timestamp = time.parse().ok()?;
        Some(time.strftime(self.date).to_string())
    }
}

fn word(words: [&'static str; 6], verdict: Verdict) -> &'static str {
    let words = Verdict::ALL.into_iter().zip(words);
    words
        .filter(|(known, _)| *known == verdict)
        .map(|(_, word)| word)
        .next()
        .unwrap_or_else(|| verdict.word())
}

/// Puts `values` into the `{}` of `form`, in order.
pub(super) fn fill(form: &str, values: &[&str]) -> String {
    let mut parts = form.split("{}");
    let first = parts.next().unwrap_or_default().to_owned();
    parts
        .zip(values)
        .fold(first, |text, (part, value)| text + value + part)
}
