//! One labbook at a time on a daemon: names, ports and what was there before
//! are the whole daemon's.
//!
//! ```text
//!     CACHE/daemons/ID.lock   held by the program that has labs on daemon ID
//!     Alone.busy              one lab at a time within that program
//! ```

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};

use crate::engine::{EngineError, cache};

/// The right of this program to have labs on a daemon.
#[derive(Debug)]
pub(super) struct Alone {
    busy: Mutex<bool>,
    freed: Condvar,
    // Held for its lock.
    _lock: File,
}

/// The right of one lab to be the only one; ends when it is dropped.
#[derive(Debug)]
pub(super) struct ExclusiveLock(Arc<Alone>);

static HELD: Mutex<Option<HashMap<String, Weak<Alone>>>> = Mutex::new(None);

/// Waits until no other program has labs on the daemon with this ID.
///
/// # Errors
/// [`EngineError::File`] where the cache cannot be written.
pub(super) fn on(id: &str) -> Result<Arc<Alone>, EngineError> {
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let held = held.get_or_insert_default();
    if let Some(alone) = held.get(id).and_then(Weak::upgrade) {
        return Ok(alone);
    }
    let folder = cache::folder().join("daemons");
    fs::create_dir_all(&folder).map_err(EngineError::file("make the folder", &folder))?;
    let plain = id.replace(|sign: char| !sign.is_ascii_alphanumeric(), "-");
    let path = folder.join(format!("{plain}.lock"));
    let lock = File::create(&path).map_err(EngineError::file("write", &path))?;
    if let Err(TryLockError::WouldBlock) = lock.try_lock() {
        eprintln!("labbook: another labbook is at work on this daemon; waiting until it is done");
        lock.lock().map_err(EngineError::file("lock", &path))?;
    }
    let alone = Arc::new(Alone {
        busy: Mutex::new(false),
        freed: Condvar::new(),
        _lock: lock,
    });
    held.insert(id.to_owned(), Arc::downgrade(&alone));
    Ok(alone)
}

impl Alone {
    /// Waits until no other lab of this program is on the daemon.
    pub(super) fn turn(self: &Arc<Self>) -> ExclusiveLock {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        while *busy {
            busy = self
                .freed
                .wait(busy)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *busy = true;
        ExclusiveLock(Arc::clone(self))
    }
}

impl Drop for ExclusiveLock {
    fn drop(&mut self) {
        *self.0.busy.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.0.freed.notify_one();
    }
}
