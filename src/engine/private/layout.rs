//! The lab's file system: what is mounted where.
//!
//! ```text
//!     /                 overlay: a sized tmpfs over the programs that lacked, over the root file system
//!     /var/lib/docker   the data root, a clone of a golden one, on the disk
//!     /dev              a tmpfs with eight nodes, a devpts of its own
//!     /run, /tmp        sized tmpfs
//!     /proc, /sys       of the lab's own namespaces; /sys read-only
//!     /sys/fs/cgroup    the lab's groups only
//! ```
//!
//! [`raise`] does what needs the machine's own root, before the lab's user
//! namespace is entered; [`furnish`] does the rest from inside of it.

use std::ffi::{CString, OsString};
use std::fs;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{CWD, Mode, OFlags, XattrFlags, open, readlinkat};
use rustix::io::Result as SystemResult;
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, UnmountFlags, mount, mount_bind,
    mount_change, mount_remount, move_mount, unmount,
};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::mountinfo;
use super::plan::LabPlan;
use super::syscalls;

/// How much the lab may write outside of `/var/lib/docker`.
const SCRATCH: &str = "size=2g,mode=755";
/// How much a data root holds that cannot lie on the disk.
const DATA: &str = "mode=710";
/// How much fits into the lab's `/tmp`.
const TEMPORARY: &str = "size=1g,mode=1777";
/// How much fits into the lab's `/run`.
const RUN: &str = "size=256m,mode=755";

const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom", "tty"];

/// Takes the mount namespace's own root, where a chroot is in force: in one the
/// kernel refuses pivot_root and user namespaces. Gives the folder at which the
/// old root is then; that is `/` where there was no chroot.
///
/// # Errors
/// A sentence that says what was refused.
pub(super) fn leave_chroot() -> Result<PathBuf, String> {
    let leave = || -> SystemResult<PathBuf> {
        let old = open("/", OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
        let names = open(
            "/proc/self/fd",
            OFlags::PATH | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let own = open(
            "/proc/self/ns/mnt",
            OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        move_into_link_name_space(own.as_fd(), Some(LinkNameSpaceType::Mount))?;
        let path = readlinkat(names, old.as_raw_fd().to_string(), Vec::new())?;
        Ok(PathBuf::from(OsString::from_vec(path.into_bytes())))
    };
    leave().map_err(|error| format!("take the namespace's own root: {error}"))
}

/// Makes the lab's root out of the machine's and moves into it. `base` is where
/// the paths of the plan begin, `map` the lab's user namespace.
///
/// # Errors
/// A sentence that says which mount was refused.
pub(super) fn raise(
    plan: &LabPlan,
    base: &Path,
    map: Option<BorrowedFd<'_>>,
) -> Result<(), String> {
    let based = |path: &Path| base.join(path.strip_prefix("/").unwrap_or(path));
    let run = based(&plan.run);
    with_action(
        "make mounts private",
        mount_change(
            "/",
            MountPropagationFlags::PRIVATE | MountPropagationFlags::REC,
        ),
    )?;
    std::env::set_current_dir(&run).map_err(|error| format!("{}: {error}", run.display()))?;

    show(&based(&plan.root), Path::new("lower"), map)?;
    make_folder(Path::new("scratch"), None)?;
    with_action(
        "mount the lab's scratch space",
        file_system("tmpfs", "scratch", MountFlags::empty(), SCRATCH),
    )?;
    let owner = plan.first_user;
    make_folder(Path::new("scratch/upper"), owner)?;
    make_folder(Path::new("scratch/work"), owner)?;
    make_folder(Path::new("root"), None)?;
    for layer in &plan.layers {
        copy_layer(&based(layer), map)?;
    }
    empty_homes(owner)?;
    with_action(
        &format!("lay an overlay over {}", plan.root.display()),
        file_system(
            "overlay",
            "root",
            MountFlags::empty(),
            "lowerdir=lower,upperdir=scratch/upper,workdir=scratch/work",
        ),
    )?;
    if plan.root == Path::new("/") {
        show_parts_of_system(base)?;
    }
    hide(plan)?;
    make_folder(Path::new("root/var/lib/docker"), owner)?;
    let data = based(&plan.data);
    if plan.data_in_memory {
        with_action(
            "mount the data root's space",
            file_system("tmpfs", &data, MountFlags::empty(), DATA),
        )?;
    }
    show(&data, Path::new("root/var/lib/docker"), map)?;
    make_devices(owner)?;
    make_folder(Path::new("root/sys"), owner)?;
    with_action(
        "show /sys",
        mount_bind("/sys", "root/sys").and_then(|()| read_only("root/sys")),
    )?;
    make_folder(Path::new("root/proc"), owner)?;
    if owner.is_some() {
        // Inside a user namespace a new /proc may be mounted only where one can
        // be seen already; this one shows nobody's processes.
        with_action(
            "mount /proc",
            file_system("proc", "root/proc", hardened(), "hidepid=invisible"),
        )?;
    }
    for folder in ["root/run", "root/tmp"] {
        make_folder(Path::new(folder), owner)?;
    }
    pivot()
}

fn pivot() -> Result<(), String> {
    std::env::set_current_dir("root").map_err(|error| format!("root: {error}"))?;
    with_action("change the root", rustix::process::pivot_root(".", "."))?;
    with_action(
        "let go of the machine's root",
        unmount(".", UnmountFlags::DETACH),
    )?;
    std::env::set_current_dir("/").map_err(|error| format!("/: {error}"))
}

/// Mounts what belongs to the lab's own namespaces. To be called inside of them.
///
/// # Errors
/// A sentence that says which mount was refused.
pub(super) fn furnish(plan: &LabPlan) -> Result<(), String> {
    let guest = plan.first_user.is_some();
    with_action("mount /proc", file_system("proc", "/proc", hardened(), ""))?;
    if !guest {
        mask_proc()?;
    }
    with_action(
        "mount /sys",
        file_system("sysfs", "/sys", hardened() | MountFlags::RDONLY, ""),
    )?;
    mount_cgroups(plan)?;
    with_action(
        "mount /dev/pts",
        file_system(
            "devpts",
            "/dev/pts",
            MountFlags::NOSUID | MountFlags::NOEXEC,
            "newinstance,ptmxmode=0666,mode=0666,uid=0,gid=5",
        ),
    )?;
    with_action(
        "mount /dev/shm",
        file_system(
            "tmpfs",
            "/dev/shm",
            MountFlags::NOSUID | MountFlags::NODEV,
            "size=64m,mode=1777",
        ),
    )?;
    with_action(
        "mount /dev/mqueue",
        file_system("mqueue", "/dev/mqueue", hardened(), ""),
    )?;
    with_action(
        "mount /run",
        file_system("tmpfs", "/run", MountFlags::NOSUID | MountFlags::NODEV, RUN),
    )?;
    with_action(
        "mount /tmp",
        file_system(
            "tmpfs",
            "/tmp",
            MountFlags::NOSUID | MountFlags::NODEV,
            TEMPORARY,
        ),
    )?;
    Ok(())
}

/// Version 1: one folder a hierarchy on a tmpfs, with links for controllers that
/// share one. Version 2: the one tree.
fn mount_cgroups(plan: &LabPlan) -> Result<(), String> {
    let top = Path::new("/sys/fs/cgroup");
    if let [only] = plan.cgroups.as_slice()
        && only.unified()
    {
        return with_action(
            "mount /sys/fs/cgroup",
            file_system("cgroup2", top, hardened(), "nsdelegate"),
        );
    }
    with_action(
        "mount /sys/fs/cgroup",
        file_system("tmpfs", top, hardened(), "mode=755,size=1m"),
    )?;
    for group in &plan.cgroups {
        let point = top.join(&group.name);
        make_folder(&point, None)?;
        with_action(
            &format!("mount {}", point.display()),
            file_system("cgroup", &point, hardened(), &group.options),
        )?;
        for controller in group.name.split(',').filter(|name| *name != group.name) {
            symlink(&group.name, top.join(controller))
                .map_err(|error| format!("{}: {error}", top.join(controller).display()))?;
        }
    }
    Ok(())
}

/// Without a user namespace root in the lab is the machine's root: what of
/// /proc sets the whole machine becomes read-only, the network's part excepted,
/// which belongs to the lab's network namespace.
fn mask_proc() -> Result<(), String> {
    for path in [
        "/proc/sys",
        "/proc/sysrq-trigger",
        "/proc/irq",
        "/proc/bus",
        "/proc/fs",
    ] {
        if Path::new(path).exists() {
            with_action(path, mount_bind(path, path).and_then(|()| read_only(path)))?;
        }
    }
    with_action(
        "/proc/sys/net",
        mount_bind("/proc/sys/net", "/proc/sys/net"),
    )?;
    with_action(
        "/proc/sys/net",
        mount_remount("/proc/sys/net", MountFlags::BIND | hardened(), c""),
    )?;
    for path in ["/proc/kcore", "/proc/keys", "/proc/kmsg"] {
        if Path::new(path).exists() {
            with_action(path, mount_bind("/dev/null", path))?;
        }
    }
    Ok(())
}

/// Shows `source` at `target`, through the user namespace where there is one.
fn show(source: &Path, target: &Path, map: Option<BorrowedFd<'_>>) -> Result<(), String> {
    make_folder(target, None)?;
    let Some(map) = map else {
        return with_action(
            &format!("show {}", source.display()),
            mount_bind(source, target),
        );
    };
    let tree: OwnedFd = syscalls::mapped_copy(source, map)
        .map_err(|error| format!("map the owners of {}: {error}", source.display()))?;
    with_action(
        &format!("show {}", source.display()),
        move_mount(
            &tree,
            "",
            CWD,
            target,
            MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH,
        ),
    )
}

/// Copies a layer's files into the lab's scratch space. An overlay would refuse
/// it as a lower layer: it lies in another one, the machine's root.
fn copy_layer(layer: &Path, map: Option<BorrowedFd<'_>>) -> Result<(), String> {
    let shown = Path::new("layer");
    show(layer, shown, map)?;
    let copied = Command::new("cp")
        .arg("-a")
        .arg(shown.join("."))
        .arg("scratch/upper")
        .output()
        .map_err(|error| format!("cp: {error}"))?;
    if !copied.status.success() {
        return Err(format!(
            "copy {}: {}",
            layer.display(),
            String::from_utf8_lossy(&copied.stderr)
        ));
    }
    with_action("let go of a layer", unmount(shown, UnmountFlags::DETACH))
}

/// The overlay holds one file system; a `/usr` or `/opt` that is another one is
/// shown read-only.
fn show_parts_of_system(base: &Path) -> Result<(), String> {
    let mounts = mountinfo::read().map_err(|error| format!("/proc/self/mountinfo: {error}"))?;
    let wanted = ["usr", "opt", "etc", "nix"];
    for mount in mounts {
        let point = &mount.point;
        let Ok(inside) = point.strip_prefix(base) else {
            continue;
        };
        if wanted.iter().any(|folder| inside.starts_with(folder)) && point.is_dir() {
            let target = Path::new("root").join(inside);
            if target.is_dir() {
                with_action(
                    &format!("show {}", point.display()),
                    mount_bind(point, &target).and_then(|()| {
                        mount_remount(&target, MountFlags::BIND | MountFlags::RDONLY, c"")
                    }),
                )?;
            }
        }
    }
    Ok(())
}

/// What people keep in their homes is nobody's business in a lab: it begins with
/// empty ones.
fn empty_homes(owner: Option<u32>) -> Result<(), String> {
    for (home, mode) in [("scratch/upper/root", 0o700), ("scratch/upper/home", 0o755)] {
        make_folder(Path::new(home), owner)?;
        fs::set_permissions(home, fs::Permissions::from_mode(mode))
            .map_err(|error| format!("{home}: {error}"))?;
        // An opaque folder hides what lies below it (Linux,
        // Documentation/filesystems/overlayfs.rst).
        with_action(
            "empty the homes",
            rustix::fs::setxattr(home, "trusted.overlay.opaque", b"y", XattrFlags::empty()),
        )?;
    }
    Ok(())
}

/// Lays an empty folder over our own cache, where the lab would see it.
fn hide(plan: &LabPlan) -> Result<(), String> {
    let Ok(inside) = plan.hidden.strip_prefix(&plan.root) else {
        return Ok(());
    };
    let target = Path::new("root").join(inside);
    if !target.is_dir() {
        return Ok(());
    }
    with_action(
        "hide the cache",
        file_system("tmpfs", &target, MountFlags::RDONLY, "size=4k,mode=755"),
    )
}

fn make_devices(owner: Option<u32>) -> Result<(), String> {
    let dev = Path::new("root/dev");
    make_folder(dev, owner)?;
    with_action(
        "mount /dev",
        file_system("tmpfs", dev, MountFlags::NOSUID, "size=64k,mode=755"),
    )?;
    give(dev, owner)?;
    for name in DEVICES {
        let node = dev.join(name);
        fs::write(&node, "").map_err(|error| format!("{}: {error}", node.display()))?;
        with_action(name, mount_bind(Path::new("/dev").join(name), &node))?;
    }
    for folder in ["pts", "shm", "mqueue"] {
        make_folder(&dev.join(folder), owner)?;
    }
    for (name, target) in [
        ("ptmx", "pts/ptmx"),
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ] {
        symlink(target, dev.join(name)).map_err(|error| format!("/dev/{name}: {error}"))?;
    }
    Ok(())
}

/// Makes `folder` and what is missing above it, owned by `owner`.
fn make_folder(folder: &Path, owner: Option<u32>) -> Result<(), String> {
    let missing: Vec<PathBuf> = folder
        .ancestors()
        .take_while(|path| !path.as_os_str().is_empty() && fs::symlink_metadata(path).is_err())
        .map(Path::to_owned)
        .collect();
    for path in missing.iter().rev() {
        fs::create_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o755));
        give(path, owner)?;
    }
    Ok(())
}

fn give(path: &Path, owner: Option<u32>) -> Result<(), String> {
    match owner {
        Some(_) => {
            chown(path, owner, owner).map_err(|error| format!("{}: {error}", path.display()))
        }
        None => Ok(()),
    }
}

fn hardened() -> MountFlags {
    MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC
}

fn read_only(path: impl AsRef<Path>) -> SystemResult<()> {
    mount_remount(
        path.as_ref(),
        MountFlags::BIND | MountFlags::RDONLY | hardened(),
        c"",
    )
}

fn file_system(
    kind: &str,
    point: impl AsRef<Path>,
    flags: MountFlags,
    options: &str,
) -> SystemResult<()> {
    let options = CString::new(options).map_err(|_| rustix::io::Errno::INVAL)?;
    mount(kind, point.as_ref(), kind, flags, Some(options.as_c_str()))
}

fn with_action(doing: &str, result: SystemResult<()>) -> Result<(), String> {
    result.map_err(|error| format!("{doing}: {error}"))
}
