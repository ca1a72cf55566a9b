//! Waits before a container is stopped until its program can be told to end.
//!
//! ```text
//!     $ docker run -d --name web nginx      process 1 is a shell that prepares the server
//!     $ docker stop web                     the kernel drops a signal that process 1 does not
//!                                           handle: killed after 10 seconds, exit code 137
//! ```
//!
//! An author takes longer between two commands than a program takes to set its handlers.
//! labbook does not, and would find another exit code by chance.

use std::time::{Duration, Instant};

use super::ANSWER;
use crate::docker::{Does, ProgramCall};
use crate::engine::Lab;
use crate::session::Step;

/// How long after its start a program may take to set its handlers. Many never do.
const START: Duration = Duration::from_secs(1);

/// Polls until process 1 of each container handles its stop signal (`SigCgt` of
/// proc_pid_status(5)), at most as often as `@TRIES@` says.
const POLL: &str = r#"
handles() {
  mask=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null)
  [ -z "$mask" ] || (( 0x$mask >> ($2 - 1) & 1 ))
}
tries=@TRIES@
docker ps -q | xargs -r docker inspect -f '{{.State.Pid}} {{or .Config.StopSignal "TERM"}}' |
while read -r pid signal; do
  case $signal in [0-9]*) ;; *) signal=$(kill -l "${signal#SIG}") ;; esac
  until handles "$pid" "$signal" || [ $((tries -= 1)) -lt 0 ]; do sleep 0.05; done
done
"#;

/// When the exercise last started a container.
#[derive(Debug, Default)]
pub(super) struct LastStart(Option<Instant>);

impl LastStart {
    /// Waits before `step`, where it signals containers so soon after the last start that
    /// their programs may not handle it yet.
    pub(super) fn wait_before(&self, step: &Step, lab: &dyn Lab) {
        const EACH: Duration = Duration::from_millis(50);
        let Some(left) = self.0.and_then(|start| START.checked_sub(start.elapsed())) else {
            return;
        };
        if step.calls().iter().any(signals) {
            let tries = left.as_millis() / EACH.as_millis();
            let script = POLL.replace("@TRIES@", &tries.to_string());
            // Where that cannot be seen, the signal is sent at once.
            let _ = lab.shell(&script, ANSWER);
        }
    }

    /// How long ago that was.
    pub(super) fn elapsed(&self) -> Option<Duration> {
        self.0.map(|start| start.elapsed())
    }

    /// Takes notice of what `step` started.
    pub(super) fn see(&mut self, step: &Step) {
        if step.calls().iter().any(ProgramCall::starts_containers) {
            self.0 = Some(Instant::now());
        }
    }
}

/// Whether it sends containers a signal that they can handle.
fn signals(call: &ProgramCall) -> bool {
    const KILLS: [&str; 3] = ["KILL", "SIGKILL", "9"];
    let Some(docker) = call.docker().filter(|docker| docker.does(Does::Signals)) else {
        return false;
    };
    let signal = docker.values("--signal").last();
    let is_kill = docker.verb.ends_with("kill");
    signal.map_or(!is_kill, |signal| !KILLS.contains(&signal))
}
