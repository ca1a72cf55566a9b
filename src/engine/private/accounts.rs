//! The lab's users, home, folder and the small files a machine has.
//! Runs inside the lab, on its own files.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::plan::LabPlan;
use super::shift;
use crate::engine::Store;
use crate::formats::table::ImageColumns;

/// What sudo sets in place of the environment that it drops.
const SUDO_ENVIRONMENT: &str = "/run/labbook/sudo-environment";

/// A user of the lab, as its files tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub uid: u32,
    pub gid: u32,
    pub groups: Vec<u32>,
}

/// Makes what the plan asks for; the data root's folders must not exist yet for
/// the lab's folder to be made elsewhere.
///
/// # Errors
/// A sentence that says which file could not be written.
pub(super) fn set_up(plan: &LabPlan) -> Result<(), String> {
    let host = shift::host_name(plan);
    write("/etc/hostname", &format!("{host}\n"), 0o644)?;
    write(
        "/etc/hosts",
        &format!("127.0.0.1\tlocalhost\n127.0.1.1\t{host}\n::1\tlocalhost\n"),
        0o644,
    )?;
    write("/run/labbook/daemon.json", &daemon(plan), 0o644)?;
    if plan.sudo_shim {
        write("/usr/local/bin/sudo", include_str!("../sudo.sh"), 0o755)?;
    }
    client_settings("root", None, plan.layout.images)?;
    if let Some(name) = &plan.user {
        let account = make_user(name, !plan.without_docker_group)?;
        client_settings(name, Some(&account), plan.layout.images)?;
        write(SUDO_ENVIRONMENT, &sudo_environment(plan), 0o644)?;
        write(
            &format!("/etc/sudoers.d/labbook-{name}"),
            &format!("Defaults env_file={SUDO_ENVIRONMENT}\n{name} ALL=(ALL:ALL) NOPASSWD: ALL\n"),
            0o440,
        )?;
    }
    make_lab_folder(plan)
}

/// What Docker's client has in its environment where `sudo` starts it.
fn sudo_environment(plan: &LabPlan) -> String {
    let mut text = format!("DOCKER_CONFIG={}\n", client_folder("root").display());
    for (name, value) in plan.layout.variables() {
        text.push_str(&format!("{name}={value}\n"));
    }
    text
}

fn daemon(plan: &LabPlan) -> String {
    let settings = match plan.store {
        Store::Own => "{}",
        Store::Overlay2 => {
            r#"{"storage-driver": "overlay2", "features": {"containerd-snapshotter": false}}"#
        }
        Store::Containerd => r#"{"features": {"containerd-snapshotter": true}}"#,
    };
    format!("{settings}\n")
}

/// Where Docker's client finds the settings of `user`: not in the home, which
/// notes list and which is empty on a machine of one's own too.
pub(super) fn client_folder(user: &str) -> PathBuf {
    Path::new("/run/labbook/client").join(user)
}

/// `docker images` in the columns of the notes, and no context but the lab's own
/// daemon.
fn client_settings(
    user: &str,
    owner: Option<&Account>,
    columns: ImageColumns,
) -> Result<(), String> {
    let folder = client_folder(user);
    let file = folder.join("config.json");
    write(
        &file.to_string_lossy(),
        &format!("{}\n", columns.configuration()),
        0o644,
    )?;
    match owner {
        Some(owner) => own(&folder, owner).and_then(|()| own(&file, owner)),
        None => Ok(()),
    }
}

fn make_lab_folder(plan: &LabPlan) -> Result<(), String> {
    if plan.folder.starts_with("/var/lib/docker") {
        return Ok(());
    }
    let existed = plan.folder.is_dir();
    fs::create_dir_all(&plan.folder)
        .map_err(|error| format!("{}: {error}", plan.folder.display()))?;
    if let Some(name) = &plan.user
        && !existed
    {
        let account = account(name).ok_or_else(|| format!("user {name} is not there"))?;
        own(&plan.folder, &account)?;
    }
    Ok(())
}

fn make_user(name: &str, in_docker_group: bool) -> Result<Account, String> {
    /// The number of the first user whom a distribution's installer makes: the one who types
    /// in most notes.
    const FIRST_USER: u32 = 1000;

    let docker = group_number("docker")?;
    if account(name).is_none() {
        let uid = FIRST_USER;
        move_away(uid)?;
        append(
            "/etc/passwd",
            &format!("{name}:x:{uid}:{uid}::/home/{name}:/bin/bash\n"),
        )?;
        append("/etc/group", &format!("{name}:x:{uid}:\n"))?;
        if Path::new("/etc/shadow").exists() {
            append("/etc/shadow", &format!("{name}:*:19000:0:99999:7:::\n"))?;
        }
    }
    let mut account = account(name).ok_or_else(|| format!("user {name} could not be made"))?;
    account.groups = vec![account.gid];
    let mut members = "";
    if in_docker_group {
        account.groups.push(docker);
        members = name;
    }
    replace_group("docker", &format!("docker:x:{docker}:{members}"))?;
    let home = Path::new("/home").join(name);
    fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    own(&home, &account)?;
    Ok(account)
}

/// The account of `name`, if there is one.
pub(super) fn account(name: &str) -> Option<Account> {
    let passwd = fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = passwd
        .lines()
        .map(|line| line.split(':'))
        .find(|fields| fields.clone().next() == Some(name))?
        .skip(2);
    let uid = fields.next()?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    let group = fs::read_to_string("/etc/group").ok()?;
    let further = group.lines().filter_map(|line| {
        let mut fields = line.split(':').skip(2);
        let gid = fields.next()?.parse().ok()?;
        fields
            .next()?
            .split(',')
            .any(|member| member == name)
            .then_some(gid)
    });
    Some(Account {
        uid,
        gid,
        groups: std::iter::once(gid).chain(further).collect(),
    })
}

/// Gives the user and the group with this number another one, in the lab's own files.
fn move_away(number: u32) -> Result<(), String> {
    let free = free_number();
    for file in ["/etc/passwd", "/etc/group"] {
        let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        let moved = text.lines().map(|line| {
            let mut fields: Vec<String> = line.split(':').map(str::to_owned).collect();
            for field in fields.iter_mut().skip(2).take(2) {
                if *field == number.to_string() {
                    *field = free.to_string();
                }
            }
            fields.join(":") + "\n"
        });
        write(file, &moved.collect::<String>(), 0o644)?;
    }
    Ok(())
}

fn free_number() -> u32 {
    let taken: Vec<u32> = ["/etc/passwd", "/etc/group"]
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok())
        .flat_map(|text| {
            text.lines()
                .filter_map(|line| line.split(':').nth(2)?.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect();
    (1000..)
        .find(|number| !taken.contains(number))
        .unwrap_or(1000)
}

fn group_number(name: &str) -> Result<u32, String> {
    let groups =
        fs::read_to_string("/etc/group").map_err(|error| format!("/etc/group: {error}"))?;
    let found = groups
        .lines()
        .find(|line| line.split(':').next() == Some(name))
        .and_then(|line| line.split(':').nth(2)?.parse().ok());
    match found {
        Some(number) => Ok(number),
        None => {
            let number = free_number();
            append("/etc/group", &format!("{name}:x:{number}:\n"))?;
            Ok(number)
        }
    }
}

fn replace_group(name: &str, line: &str) -> Result<(), String> {
    let groups =
        fs::read_to_string("/etc/group").map_err(|error| format!("/etc/group: {error}"))?;
    let groups: String = groups
        .lines()
        .map(|old| match old.split(':').next() == Some(name) {
            true => format!("{line}\n"),
            false => format!("{old}\n"),
        })
        .collect();
    write("/etc/group", &groups, 0o644)
}

fn own(path: &Path, account: &Account) -> Result<(), String> {
    chown(path, Some(account.uid), Some(account.gid))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes a file anew: one that is a link (`/etc/hosts` of some systems) is
/// replaced, not followed.
pub(super) fn write(path: &str, text: &str, mode: u32) -> Result<(), String> {
    let path = Path::new(path);
    let fresh = || -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(path)?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(fs::Permissions::from_mode(mode))
    };
    fresh().map_err(|error| format!("{}: {error}", path.display()))
}

fn append(path: &str, line: &str) -> Result<(), String> {
    fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| file.write_all(line.as_bytes()))
        .map_err(|error| format!("{path}: {error}"))
}
