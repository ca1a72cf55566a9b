//! Whether a container may be created: an allow list. A setting that is not
//! known here must be empty.

use serde_json::Value;

use super::fields::{CaselessObject, is_empty};
use super::scope::{Owner, Scope};
use crate::docker::names::BUILT_IN_NETWORKS;

/// Settings of `HostConfig` that change nothing outside of the container.
const HARMLESS: [&str; 48] = [
    "containeridfile",
    "restartpolicy",
    "autoremove",
    "consolesize",
    "annotations",
    "capdrop",
    "dns",
    "dnsoptions",
    "dnssearch",
    "extrahosts",
    "groupadd",
    "oomscoreadj",
    "publishallports",
    "portbindings",
    "readonlyrootfs",
    "storageopt",
    "tmpfs",
    "shmsize",
    "sysctls",
    "cpushares",
    "memory",
    "nanocpus",
    "blkioweight",
    "blkioweightdevice",
    "blkiodevicereadbps",
    "blkiodevicewritebps",
    "blkiodevicereadiops",
    "blkiodevicewriteiops",
    "cpuperiod",
    "cpuquota",
    "cpurealtimeperiod",
    "cpurealtimeruntime",
    "cpusetcpus",
    "cpusetmems",
    "kernelmemory",
    "kernelmemorytcp",
    "memoryreservation",
    "memoryswap",
    "memoryswappiness",
    "oomkilldisable",
    "pidslimit",
    "ulimits",
    "cpucount",
    "cpupercent",
    "iomaximumiops",
    "iomaximumbandwidth",
    "init",
    "isolation",
];

/// Capabilities that may be added: Docker's own default ones, and those that
/// reach no further than the container's own network and memory.
const CAPABILITIES: [&str; 17] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "KILL",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Security options that take rights away.
const SECURITY_OPTIONS: [&str; 3] = [
    "no-new-privileges",
    "no-new-privileges:true",
    "no-new-privileges=true",
];

/// Whether a capability may be added.
pub(super) fn may_be_added(capability: &str) -> bool {
    let name = capability.to_ascii_uppercase();
    CAPABILITIES.contains(&name.strip_prefix("CAP_").unwrap_or(&name))
}

/// Whether a security option takes rights away.
pub(super) fn is_safe_option(option: &str) -> bool {
    SECURITY_OPTIONS.contains(&option)
}

/// A volume that the creation of a container makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVolume {
    /// Its name.
    pub name: String,
    /// Its labels, as the client gives them.
    pub labels: Value,
    /// The options of the local driver, as the client gives them.
    pub options: Value,
}

/// Checks the body of a container's creation and gives the volumes that it will
/// make.
///
/// # Errors
/// Why it is refused.
pub fn check(scope: &Scope, body: &Value) -> Result<Vec<NewVolume>, String> {
    let container = CaselessObject::of(body)?;
    let host = container.object("HostConfig")?;
    let mut volumes = Vec::new();
    for (key, value) in host.iter() {
        match key {
            _ if HARMLESS.contains(&key) || is_empty(value) && !is_unmasking(key, value) => {}
            "binds" => {
                for bind in host.texts(key)? {
                    check_bind(scope, bind, &mut volumes)?;
                }
            }
            "mounts" => {
                for mount in host.objects(key)? {
                    check_mount(scope, &mount, &mut volumes)?;
                }
            }
            "volumesfrom" => {
                for from in host.texts(key)? {
                    own_container(scope, from.split(':').next().unwrap_or_default())?;
                }
            }
            "links" => {
                for link in host.texts(key)? {
                    own_container(scope, link.split(':').next().unwrap_or_default())?;
                }
            }
            "networkmode" => check_network(scope, host.text(key)?)?,
            "ipcmode" => check_namespace(
                scope,
                key,
                host.text(key)?,
                &["private", "shareable", "none"],
            )?,
            "pidmode" => check_namespace(scope, key, host.text(key)?, &[])?,
            "cgroupnsmode" => check_namespace(scope, key, host.text(key)?, &["private"])?,
            "volumedriver" => one_of(key, host.text(key)?, &["local"])?,
            "runtime" => one_of(key, host.text(key)?, &["runc", "io.containerd.runc.v2"])?,
            "logconfig" => one_of(
                key,
                host.object(key)?.text("Type")?,
                &["", "json-file", "local", "none"],
            )?,
            "securityopt" => {
                for option in host.texts(key)? {
                    one_of(key, option, &SECURITY_OPTIONS)?;
                }
            }
            "capadd" => {
                for capability in host.texts(key)? {
                    if !may_be_added(capability) {
                        let why = "reaches outside of the container";
                        return Err(format!("the capability {capability} {why}"));
                    }
                }
            }
            _ => return Err(format!("{key} {value} reaches outside of the container")),
        }
    }
    let networking = container.object("NetworkingConfig")?;
    if let Value::Object(endpoints) = networking.get("EndpointsConfig") {
        for (name, endpoint) in endpoints {
            check_network(scope, name)?;
            for link in CaselessObject::of(endpoint)?.texts("Links")? {
                own_container(scope, link.split(':').next().unwrap_or_default())?;
            }
        }
    }
    Ok(volumes)
}

/// Checks the body of a container's update.
///
/// # Errors
/// Why it is refused.
pub fn check_settings(body: &Value) -> Result<(), String> {
    for (key, value) in CaselessObject::of(body)?.iter() {
        if !HARMLESS.contains(&key) && !is_empty(value) {
            return Err(format!("{key} {value} reaches outside of the container"));
        }
    }
    Ok(())
}

/// An empty list of masked paths unmasks them all.
fn is_unmasking(key: &str, value: &Value) -> bool {
    matches!(key, "maskedpaths" | "readonlypaths") && !value.is_null()
}

fn one_of(key: &str, value: &str, allowed: &[&str]) -> Result<(), String> {
    match allowed.contains(&value) {
        true => Ok(()),
        false => Err(format!("{key} {value} reaches outside of the container")),
    }
}

fn own_container(scope: &Scope, name: &str) -> Result<(), String> {
    match scope.container_owner(name) {
        Ok(Owner::Lab | Owner::Nobody) => Ok(()),
        Ok(Owner::Other) => Err(format!("{name} is no container of this lab")),
        Err(error) => Err(error.to_string()),
    }
}

fn check_namespace(scope: &Scope, key: &str, mode: &str, allowed: &[&str]) -> Result<(), String> {
    match mode.strip_prefix("container:") {
        Some(name) => own_container(scope, name),
        None => one_of(key, mode, allowed),
    }
}

/// Checks a network that a container is to join.
///
/// # Errors
/// Why it is refused.
pub fn check_network(scope: &Scope, name: &str) -> Result<(), String> {
    if let Some(container) = name.strip_prefix("container:") {
        return own_container(scope, container);
    }
    if ["", "default", "bridge", "none", "nat"].contains(&name) {
        return Ok(());
    }
    if BUILT_IN_NETWORKS.contains(&name) {
        return Err("the host's network reaches outside of the container".into());
    }
    match scope.network_owner(name) {
        Ok(Owner::Lab | Owner::Nobody) => Ok(()),
        Ok(Owner::Other) => Err(format!("{name} is no network of this lab")),
        Err(error) => Err(error.to_string()),
    }
}

fn check_source(scope: &Scope, source: &str, volumes: &mut Vec<NewVolume>) -> Result<(), String> {
    if source.starts_with('/') || source.starts_with('~') || source.starts_with('.') {
        return match scope.may_bind(source) {
            true => Ok(()),
            false => Err(format!("{source} is outside of the lab's folder")),
        };
    }
    check_volume(scope, source, volumes, &Value::Null, &Value::Null)
}

fn check_volume(
    scope: &Scope,
    name: &str,
    volumes: &mut Vec<NewVolume>,
    labels: &Value,
    options: &Value,
) -> Result<(), String> {
    match scope.volume_owner(name) {
        Ok(Owner::Lab) => Ok(()),
        Ok(Owner::Nobody) => {
            volumes.push(NewVolume {
                name: name.to_owned(),
                labels: labels.clone(),
                options: options.clone(),
            });
            Ok(())
        }
        Ok(Owner::Other) => Err(format!("{name} is a volume of yours")),
        Err(error) => Err(error.to_string()),
    }
}

/// `SOURCE:TARGET[:OPTIONS]`, or `TARGET` for an anonymous volume.
fn check_bind(scope: &Scope, bind: &str, volumes: &mut Vec<NewVolume>) -> Result<(), String> {
    match bind.split_once(':') {
        Some((source, _)) => check_source(scope, source, volumes),
        None => Ok(()),
    }
}

fn check_mount(
    scope: &Scope,
    mount: &CaselessObject<'_>,
    volumes: &mut Vec<NewVolume>,
) -> Result<(), String> {
    let source = mount.text("Source")?;
    match mount.text("Type")?.to_ascii_lowercase().as_str() {
        "tmpfs" => Ok(()),
        // What `sudo ls /var/lib/docker` shows where the data root is here.
        "bind"
            if scope.data_root.get().is_some_and(|root| root == source)
                && mount.get("ReadOnly") == &Value::Bool(true)
                && is_empty(mount.get("BindOptions")) =>
        {
            Ok(())
        }
        "bind" => match scope.may_bind(source) {
            true => Ok(()),
            false => Err(format!("{source} is outside of the lab's folder")),
        },
        "volume" => {
            let settings = mount.object("VolumeOptions")?;
            let driver = settings.object("DriverConfig")?;
            check_driver(driver.text("Name")?, driver.get("Options"))?;
            match source {
                "" => Ok(()),
                name => check_volume(
                    scope,
                    name,
                    volumes,
                    settings.get("Labels"),
                    driver.get("Options"),
                ),
            }
        }
        other => Err(format!("a mount of type {other} is not known to be safe")),
    }
}

/// Checks the driver of a volume: with options the local driver can mount any
/// folder or device of the daemon's machine.
///
/// # Errors
/// Why it is refused.
pub fn check_driver(name: &str, options: &Value) -> Result<(), String> {
    one_of("the volume driver", name, &["", "local"])?;
    let options = CaselessObject::of(options)?;
    let in_memory = options
        .iter()
        .any(|(key, value)| key == "type" && value == "tmpfs");
    for (key, value) in options.iter() {
        let safe = match key {
            "type" => value == "tmpfs",
            "device" => in_memory && value == "tmpfs",
            "o" => in_memory && value.as_str().is_some_and(is_plain_memory),
            _ => false,
        };
        if !safe {
            return Err(format!(
                "the volume option {key}={value} reaches outside of Docker"
            ));
        }
    }
    Ok(())
}

/// Whether mount options only say how large a memory file system is and whose.
fn is_plain_memory(options: &str) -> bool {
    options.split(',').all(|option| {
        let name = option.split('=').next().unwrap_or_default();
        [
            "size",
            "mode",
            "uid",
            "gid",
            "nr_inodes",
            "nr_blocks",
            "noexec",
            "nosuid",
            "nodev",
        ]
        .contains(&name)
    })
}
