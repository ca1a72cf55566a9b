//! The few kernel calls that neither std nor rustix offers as safe functions.
//! All `unsafe` of the private engine is here.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::process::Pid;
use rustix::thread::UnshareFlags;

/// Which side of a [`fork`] this is.
pub(super) enum Forked {
    /// The new process.
    Child,
    /// The old one, with the new one's number.
    Parent(Pid),
}

/// Forks. Only for a process with one thread: anything else would leave the
/// child with locks that nobody gives back.
pub(super) fn fork() -> io::Result<Forked> {
    debug_assert!(
        threads().is_none_or(|count| count == 1),
        "fork needs a process with one thread"
    );
    // SAFETY: the process has one thread, so the child is a whole copy of it.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Forked::Child),
        pid => Pid::from_raw(pid)
            .map(Forked::Parent)
            .ok_or_else(|| io::Error::other("fork gave no process number")),
    }
}

/// None where no /proc is mounted.
fn threads() -> Option<usize> {
    Some(std::fs::read_dir("/proc/self/task").ok()?.count())
}

/// Leaves the namespaces in `flags` for new ones.
pub(super) fn unshare(flags: UnshareFlags) -> io::Result<()> {
    debug_assert!(!flags.contains(UnshareFlags::FILES));
    // SAFETY: unsafe only for `FILES`, which no caller names.
    Ok(unsafe { rustix::thread::unshare_unsafe(flags) }?)
}

/// Becomes user and group 0 of the user namespace that was just entered.
pub(super) fn become_root() -> io::Result<()> {
    // SAFETY: plain calls without pointers; this process has one thread.
    let ok = unsafe { libc::setresgid(0, 0, 0) == 0 && libc::setresuid(0, 0, 0) == 0 };
    if ok {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Sets the network namespace's loopback interface up.
pub(super) fn loopback_up() -> io::Result<()> {
    let socket = rustix::net::socket(
        rustix::net::AddressFamily::INET,
        rustix::net::SocketType::DGRAM,
        None,
    )?;
    // SAFETY: an all-zero ifreq is valid; the name keeps its final zero, and the
    // kernel reads and writes no more than one ifreq.
    unsafe {
        let mut request: libc::ifreq = std::mem::zeroed();
        for (to, from) in request.ifr_name.iter_mut().zip(*b"lo") {
            *to = from as libc::c_char;
        }
        if libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFFLAGS, &mut request) != 0 {
            return Err(io::Error::last_os_error());
        }
        request.ifr_ifru.ifru_flags |= libc::IFF_UP as libc::c_short;
        if libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &request) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Gives the controlling terminal up, so that a child may take it in a session
/// of its own. The hang-up signal that this sends is ignored.
pub(super) fn give_up_terminal(terminal: impl AsFd) -> io::Result<()> {
    // SAFETY: sets a disposition and makes an ioctl without pointers.
    unsafe {
        libc::signal(libc::SIGHUP, libc::SIG_IGN);
        if libc::ioctl(terminal.as_fd().as_raw_fd(), libc::TIOCNOTTY) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Runs `prepare` in the child right before `command` becomes its program.
/// `prepare` must do nothing but system calls on values made before.
pub(super) fn before_exec(
    command: &mut Command,
    prepare: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) {
    // SAFETY: the processes that call this have one thread, so that no lock can
    // be held by another one when the child is made.
    unsafe {
        command.pre_exec(prepare);
    }
}

/// Gives signals that this process ignores back their usual effect.
pub(super) fn restore_signals() {
    // SAFETY: sets dispositions, nothing else.
    unsafe {
        libc::signal(libc::SIGHUP, libc::SIG_DFL);
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
    }
}

/// Becomes user `uid` with group `gid` and the further `groups` for good.
pub(super) fn become_user(uid: u32, gid: u32, groups: &[u32]) -> io::Result<()> {
    // SAFETY: the pointer and length are those of one slice.
    let ok = unsafe {
        libc::setgroups(groups.len(), groups.as_ptr()) == 0
            && libc::setresgid(gid, gid, gid) == 0
            && libc::setresuid(uid, uid, uid) == 0
    };
    if ok {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// A copy of the mount at `path` (what is mounted below it left out) that shows
/// its owners through the user namespace `map`; needs Linux 5.12, and 5.19 for
/// being a layer of an overlay.
pub(super) fn mapped_copy(path: &Path, map: impl AsFd) -> io::Result<OwnedFd> {
    let path = CString::new(path.as_os_str().as_encoded_bytes())?;
    // SAFETY: the strings end in zero and outlive the calls; the attributes' size
    // is given; a new descriptor belongs to nobody else.
    unsafe {
        let tree = libc::syscall(
            libc::SYS_open_tree,
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC,
        );
        let tree = match i32::try_from(tree) {
            Ok(tree) if tree >= 0 => OwnedFd::from_raw_fd(tree),
            _ => return Err(io::Error::last_os_error()),
        };
        let mut attributes: libc::mount_attr = std::mem::zeroed();
        attributes.attr_set = libc::MOUNT_ATTR_IDMAP;
        attributes.userns_fd = map.as_fd().as_raw_fd() as u64;
        let set = libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH,
            &attributes,
            std::mem::size_of_val(&attributes),
        );
        if set != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(tree)
    }
}
