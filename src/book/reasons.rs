//! Why an exercise or a step came out as it did, for the readers of a page.
//!
//! Reports tell the author in full, with places on the machine that ran it. A page
//! gives the kind of the reason only, in its own language.

use super::labels::Labels;

/// A part of a report's reason, and what pages say in Korean and in English.
const REASONS: [(&str, &str, &str); 27] = [
    (
        "Kubernetes cluster",
        "Kubernetes 클러스터가 있어야 합니다",
        "it needs a Kubernetes cluster",
    ),
    (
        "overlay2 folder",
        "overlay2 저장 방식이 있어야 합니다",
        "it needs the overlay2 storage driver",
    ),
    (
        "daemon's own folders",
        "Docker 데몬의 폴더를 볼 수 있어야 합니다",
        "it looks into the daemon's own folders",
    ),
    (
        "not containerd",
        "containerd 이미지 저장소가 있어야 합니다",
        "it needs the containerd image store",
    ),
    (
        "containerd image store",
        "containerd 이미지 저장소가 있어야 합니다",
        "it needs the containerd image store",
    ),
    (
        "not the legacy builder",
        "예전 빌더가 있어야 합니다",
        "it needs the legacy builder",
    ),
    (
        "not BuildKit",
        "BuildKit이 있어야 합니다",
        "it needs BuildKit",
    ),
    (
        "no registry",
        "이미지 레지스트리에 연결되어야 합니다",
        "it needs an image registry",
    ),
    (
        "no network to the outside",
        "바깥 네트워크에 연결되어야 합니다",
        "it needs a network to the outside",
    ),
    (
        "is a blank to fill in",
        "명령에 채워 넣을 빈칸이 있습니다",
        "a command has a blank to fill in",
    ),
    (
        "its prompt is not known",
        "프롬프트의 모양을 알 수 없습니다",
        "its prompt is not known",
    ),
    (
        "no prompt stands before",
        "명령 앞에 프롬프트가 없습니다",
        "no prompt stands before its commands",
    ),
    (
        "no command stands at its prompt",
        "프롬프트에 명령이 없습니다",
        "no command stands at its prompt",
    ),
    (
        "it is a fragment",
        "명령 없이 출력만 있습니다",
        "it shows output without its command",
    ),
    (
        "is typed in a container",
        "컨테이너에 들어가는 명령이 노트에 없습니다",
        "the notes do not show how the container is entered",
    ),
    (
        "takes for granted",
        "노트에 없는 것이 미리 있어야 합니다",
        "it takes for granted what the notes do not make",
    ),
    (
        "more than Docker gives",
        "컨테이너에 특별한 권한이 있어야 합니다",
        "it needs a container with special privileges",
    ),
    (
        "stand-in",
        "대신 만든 이미지가 진짜 이미지와 다릅니다",
        "the stand-in for an image is not like the real one",
    ),
    (
        "is already in use",
        "이름이나 포트가 이미 쓰이고 있습니다",
        "a name or a port is already in use",
    ),
    (
        "could not decide",
        "어느 줄이 어느 줄인지 정할 수 없습니다",
        "too many lines could stand for each other",
    ),
    (
        "not done after",
        "제한 시간 안에 끝나지 않았습니다",
        "it did not end in time",
    ),
    (
        "interrupted",
        "실행이 중단되었습니다",
        "the run was interrupted",
    ),
    (
        "contains an error that the notes do not show",
        "생략한 출력에 노트에 없는 오류가 있습니다",
        "an error that the notes do not show is in what they leave out",
    ),
    (
        "did not come up",
        "노트에 나오는 다음 셸이 열리지 않습니다",
        "the shell that the notes show next does not open",
    ),
    (
        "but the inner one goes on",
        "노트와 달리 안쪽 셸이 끝나지 않습니다",
        "the inner shell does not end as in the notes",
    ),
    (
        "the inner shell has ended",
        "노트와 달리 안쪽 셸이 끝났습니다",
        "the inner shell has ended, unlike in the notes",
    ),
    (
        "exit status",
        "명령이 실패하는데 노트에는 오류가 없습니다",
        "the command fails, and the notes show no error",
    ),
];

/// What a page says of a report's `reason`.
pub(super) fn shown(reason: &str, labels: &Labels) -> &'static str {
    REASONS
        .iter()
        .find(|(part, ..)| reason.contains(part))
        .map_or(labels.no_reason, |(_, korean, english)| {
            if labels.is_korean() { korean } else { english }
        })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::REASONS;

    /// The source below `folder`, but for this file.
    fn source(folder: &Path) -> String {
        let mut text = String::new();
        for entry in std::fs::read_dir(folder).expect("a folder of the source") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                text += &source(&path);
            } else if !path.ends_with("book/reasons.rs") {
                text += &std::fs::read_to_string(&path).unwrap_or_default();
            }
        }
        text
    }

    #[test]
    fn every_part_stands_in_a_reason_that_the_program_gives() {
        let text = source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        for (part, ..) in REASONS {
            assert!(text.contains(part), "no reason says `{part}` any more");
        }
    }
}
