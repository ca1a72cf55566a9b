//! Where engines keep what is costly to make, and what runs now.
//!
//! ```text
//!     CACHE/engines/     what each kind of private engine turned out to be
//!     CACHE/golden/      data roots with base images, to be cloned
//!     CACHE/images/      saved images (an archive, with LABBOOK_IMAGES unset)
//!     CACHE/stand-ins/   root file systems of stand-ins, as tar files
//!     CACHE/programs/    programs that labs lacked, unpacked
//!     CACHE/daemons/     locks: one labbook at a time on a host's daemon
//!     CACHE/run/         one folder a lab that stands now, with its journal
//! ```

use std::path::PathBuf;

/// The cache's folder: `LABBOOK_CACHE`, else `$XDG_CACHE_HOME/labbook`, else
/// `~/.cache/labbook`. It is not made here.
pub fn folder() -> PathBuf {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("LABBOOK_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|folder| folder.join("labbook")))
        .unwrap_or_else(|| {
            set("HOME")
                .unwrap_or_else(|| PathBuf::from("/root"))
                .join(".cache/labbook")
        })
}
