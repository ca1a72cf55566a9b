//! What of a command line the guard will refuse, as far as that is known before the
//! client has made calls of it.

use crate::docker::{Does, Invocation};

use super::creation::{is_safe_option, may_be_added};

/// Options of a new container whose value `host` is refused.
const NAMESPACES: [&str; 7] = [
    "--pid",
    "--ipc",
    "--uts",
    "--userns",
    "--cgroupns",
    "--network",
    "--net",
];
/// Options of a new container that are refused whatever their value is.
const DEVICES: [&str; 3] = ["--device", "--device-cgroup-rule", "--gpus"];
/// Why the guard will refuse the command; none where that is not certain.
pub fn refused(call: &Invocation) -> Option<String> {
    if call.has("--help") || call.verb.ends_with("--help") {
        return None;
    }
    if call.does(Does::Prunes) || call.does(Does::Swarm) {
        return Some(format!("`docker {}` is about more than the lab", call.verb));
    }
    let option = refused_option(call)?;
    Some(format!("`{option}` reaches outside of the container"))
}

fn refused_option(call: &Invocation) -> Option<String> {
    let creates = call.does(Does::Creates);
    if (creates || call.verb == "exec") && call.has("--privileged") {
        return Some("--privileged".to_owned());
    }
    if !creates {
        return None;
    }
    let with = |option: &str, is_refused: &dyn Fn(&str) -> bool| {
        let value = call.values(option).find(|value| is_refused(value))?;
        Some(format!("{option} {value}"))
    };
    NAMESPACES
        .iter()
        .find_map(|option| with(option, &|value| value == "host"))
        .or_else(|| DEVICES.iter().find_map(|option| with(option, &|_| true)))
        .or_else(|| with("--cap-add", &|value| !may_be_added(value)))
        .or_else(|| with("--security-opt", &|value| !is_safe_option(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::ProgramCall;

    fn refused_in(command: &str) -> Option<String> {
        let calls = ProgramCall::all_of_docker(command);
        calls.iter().find_map(refused)
    }

    #[test]
    fn what_reaches_outside_is_foretold_in_every_spelling() {
        for (command, part) in [
            ("docker run --privileged busybox", "`--privileged`"),
            (
                "sudo docker container create --privileged=true busybox",
                "`--privileged`",
            ),
            ("docker exec --privileged web sh", "`--privileged`"),
            ("docker run --pid=host busybox", "`--pid host`"),
            ("docker run --net host busybox", "`--net host`"),
            (
                "timeout 5 docker run --rm --cap-add CAP_SYS_ADMIN busybox",
                "`--cap-add CAP_SYS_ADMIN`",
            ),
            (
                "docker run --security-opt seccomp=unconfined busybox",
                "`--security-opt",
            ),
            ("docker run --device /dev/sda busybox", "`--device"),
            ("docker system prune -f", "`docker system prune`"),
            ("docker swarm init", "`docker swarm init`"),
        ] {
            let why = refused_in(command).unwrap_or_default();
            assert!(why.starts_with(part), "{command}: {why}");
        }
        for command in [
            "docker run --privileged=false --pid container:web --net none busybox",
            "docker run --cap-add net_admin --security-opt no-new-privileges busybox",
            "docker run busybox echo --privileged",
            "docker swarm --help",
            "docker rmi --no-prune web",
        ] {
            assert_eq!(refused_in(command), None, "{command}");
        }
    }
}
