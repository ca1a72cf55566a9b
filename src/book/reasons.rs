//! Why an exercise or a step came out as it did, for the readers of a page.
//!
//! Reports tell the author in full, with places on the machine that ran it. A page
//! gives the kind of the reason only, in its own language.

use crate::reason::ReasonKind;

use super::labels::Labels;

/// What a page says of a reason of this `kind`.
pub(super) fn shown(kind: Option<ReasonKind>, labels: &Labels) -> &'static str {
    let sentence = match labels.is_korean() {
        true => korean,
        false => english,
    };
    kind.and_then(sentence).unwrap_or(labels.no_reason)
}

/// In Korean.
fn korean(kind: ReasonKind) -> Option<&'static str> {
    Some(match kind {
        ReasonKind::NeedsCluster => "Kubernetes 클러스터가 있어야 합니다",
        ReasonKind::NeedsOverlay2 => "overlay2 저장 방식이 있어야 합니다",
        ReasonKind::NeedsDaemonFolders => "Docker 데몬의 폴더를 볼 수 있어야 합니다",
        ReasonKind::NeedsContainerd => "containerd 이미지 저장소가 있어야 합니다",
        ReasonKind::NeedsLegacyBuilder => "예전 빌더가 있어야 합니다",
        ReasonKind::NeedsBuildkit => "BuildKit이 있어야 합니다",
        ReasonKind::NeedsRegistry => "이미지 레지스트리에 연결되어야 합니다",
        ReasonKind::NeedsNetwork => "바깥 네트워크에 연결되어야 합니다",
        ReasonKind::NoImage => "필요한 이미지가 없습니다",
        ReasonKind::Blank => "명령에 채워 넣을 빈칸이 있습니다",
        ReasonKind::UnknownPrompt => "프롬프트의 모양을 알 수 없습니다",
        ReasonKind::NoPrompt => "명령 앞에 프롬프트가 없습니다",
        ReasonKind::NoCommand => "프롬프트에 명령이 없습니다",
        ReasonKind::Fragment => "명령 없이 출력만 있습니다",
        ReasonKind::ClosedContainer => "컨테이너에 들어가는 명령이 노트에 없습니다",
        ReasonKind::TakenForGranted => "노트에 없는 것이 미리 있어야 합니다",
        ReasonKind::Privileges => "컨테이너에 특별한 권한이 있어야 합니다",
        ReasonKind::StandIn => "대신 만든 이미지가 진짜 이미지와 다릅니다",
        ReasonKind::AnotherUser => "노트의 사용자와 실행한 사용자가 다릅니다",
        ReasonKind::ImageBrought => "레지스트리 없이 이미지를 미리 준비해 두었습니다",
        ReasonKind::AnotherKernel => "실행한 컴퓨터의 커널이 노트의 커널과 다릅니다",
        ReasonKind::AnotherCompose => "엔진의 Compose 버전이 노트와 다릅니다",
        ReasonKind::AnotherDocker => "엔진의 Docker 버전에 없는 옵션을 씁니다",
        ReasonKind::AnotherHost => "노트의 컴퓨터와 실행한 컴퓨터의 이름이 다릅니다",
        ReasonKind::InUse => "이름이나 포트가 이미 쓰이고 있습니다",
        ReasonKind::Undecided => "어느 줄이 어느 줄인지 정할 수 없습니다",
        ReasonKind::TimedOut => "제한 시간 안에 끝나지 않았습니다",
        ReasonKind::Interrupted => "실행이 중단되었습니다",
        ReasonKind::HiddenError => "생략한 출력에 노트에 없는 오류가 있습니다",
        ReasonKind::ShellNotOpened => "노트에 나오는 다음 셸이 열리지 않습니다",
        ReasonKind::ShellNotEnded => "노트와 달리 안쪽 셸이 끝나지 않습니다",
        ReasonKind::ShellEnded => "노트와 달리 안쪽 셸이 끝났습니다",
        ReasonKind::ExitStatus => "명령이 실패하는데 노트에는 오류가 없습니다",
        ReasonKind::Other => return None,
    })
}

/// In English.
fn english(kind: ReasonKind) -> Option<&'static str> {
    Some(match kind {
        ReasonKind::NeedsCluster => "it needs a Kubernetes cluster",
        ReasonKind::NeedsOverlay2 => "it needs the overlay2 storage driver",
        ReasonKind::NeedsDaemonFolders => "it looks into the daemon's own folders",
        ReasonKind::NeedsContainerd => "it needs the containerd image store",
        ReasonKind::NeedsLegacyBuilder => "it needs the legacy builder",
        ReasonKind::NeedsBuildkit => "it needs BuildKit",
        ReasonKind::NeedsRegistry => "it needs an image registry",
        ReasonKind::NeedsNetwork => "it needs a network to the outside",
        ReasonKind::NoImage => "an image that it needs is missing",
        ReasonKind::Blank => "a command has a blank to fill in",
        ReasonKind::UnknownPrompt => "its prompt is not known",
        ReasonKind::NoPrompt => "no prompt stands before its commands",
        ReasonKind::NoCommand => "no command stands at its prompt",
        ReasonKind::Fragment => "it shows output without its command",
        ReasonKind::ClosedContainer => "the notes do not show how the container is entered",
        ReasonKind::TakenForGranted => "it takes for granted what the notes do not make",
        ReasonKind::Privileges => "it needs a container with special privileges",
        ReasonKind::StandIn => "the stand-in for an image is not like the real one",
        ReasonKind::AnotherUser => "it ran as another user than the notes'",
        ReasonKind::ImageBrought => "the image was there before: no registry was asked",
        ReasonKind::AnotherKernel => "it ran on another kernel than the notes'",
        ReasonKind::AnotherCompose => "the engine has another version of Compose than the notes",
        ReasonKind::AnotherDocker => "it uses an option that the engine's Docker does not have",
        ReasonKind::AnotherHost => "it ran on a machine with another name than the notes'",
        ReasonKind::InUse => "a name or a port is already in use",
        ReasonKind::Undecided => "too many lines could stand for each other",
        ReasonKind::TimedOut => "it did not end in time",
        ReasonKind::Interrupted => "the run was interrupted",
        ReasonKind::HiddenError => "an error that the notes do not show is in what they leave out",
        ReasonKind::ShellNotOpened => "the shell that the notes show next does not open",
        ReasonKind::ShellNotEnded => "the inner shell does not end as in the notes",
        ReasonKind::ShellEnded => "the inner shell has ended, unlike in the notes",
        ReasonKind::ExitStatus => "the command fails, and the notes show no error",
        ReasonKind::Other => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::labels::Labels;

    #[test]
    fn a_reason_of_no_known_kind_gets_the_general_sentence() {
        let later = serde_json::from_str("\"of_a_later_version\"").expect("a kind");
        for labels in ["en", "ko"].map(Labels::of) {
            for kind in [None, Some(later)] {
                assert_eq!(shown(kind, labels), labels.no_reason);
            }
        }
    }
}
