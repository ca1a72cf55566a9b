//! What root in a lab may not do.
//!
//! In a user namespace root is not the machine's root, and nothing has to be
//! taken away. Without one, the lab loses every capability that acts on the
//! whole machine, and its shells those too that only the daemon needs.

use rustix::io::Errno;
use rustix::thread::{CapabilitySet, remove_capability_from_bounding_set};

/// What nothing in a lab has.
const MACHINE: CapabilitySet = CapabilitySet::LINUX_IMMUTABLE
    .union(CapabilitySet::SYS_MODULE)
    .union(CapabilitySet::SYS_RAWIO)
    .union(CapabilitySet::SYS_PACCT)
    .union(CapabilitySet::SYS_BOOT)
    .union(CapabilitySet::SYS_NICE)
    .union(CapabilitySet::SYS_TIME)
    .union(CapabilitySet::SYS_TTY_CONFIG)
    .union(CapabilitySet::AUDIT_CONTROL)
    .union(CapabilitySet::AUDIT_READ)
    .union(CapabilitySet::MAC_OVERRIDE)
    .union(CapabilitySet::MAC_ADMIN)
    .union(CapabilitySet::SYSLOG)
    .union(CapabilitySet::WAKE_ALARM)
    .union(CapabilitySet::BLOCK_SUSPEND)
    .union(CapabilitySet::PERFMON)
    .union(CapabilitySet::CHECKPOINT_RESTORE);

/// What the daemon has and the lab's shells do not.
const DAEMON: CapabilitySet = CapabilitySet::SYS_ADMIN
    .union(CapabilitySet::SYS_PTRACE)
    .union(CapabilitySet::SYS_CHROOT)
    .union(CapabilitySet::SYS_RESOURCE)
    .union(CapabilitySet::MKNOD)
    .union(CapabilitySet::BPF);

/// Takes from this process, and all it will start, what nothing in a lab has.
pub(super) fn confine_lab() -> std::io::Result<()> {
    take_away(MACHINE)
}

/// Takes from this process, and all it will start, what the daemon alone needs.
/// Makes system calls only.
pub(super) fn confine_shell() -> std::io::Result<()> {
    take_away(MACHINE.union(DAEMON))
}

fn take_away(capabilities: CapabilitySet) -> std::io::Result<()> {
    for capability in capabilities.iter() {
        match remove_capability_from_bounding_set(capability) {
            // A kernel that does not know the capability cannot grant it.
            Ok(()) | Err(Errno::INVAL) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
