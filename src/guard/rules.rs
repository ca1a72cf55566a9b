//! What the guard lets through: reads, and changes to what the lab made.
//! Whatever is not named here is refused.

use std::io;

use serde_json::{Value, json};

use super::call::ApiCall;
use super::creation::{NewVolume, check, check_driver, check_network, check_settings};
use super::daemon::product_of;
use super::fields::{CaselessObject, is_empty, put_label};
use super::ledger::{LABEL, LedgerLine, UNLABELLED, build_mark};
use super::scope::{Owner, Scope};
use crate::docker::names::BUILT_IN_NETWORKS;
use crate::docker::names::{split, tagged};

/// What is to be done with a call.
#[derive(Debug, PartialEq)]
pub enum Ruling {
    /// The lab is refused, and told why.
    Refuse(String),
    /// The call goes on to the daemon.
    Forward(Forward),
}

/// A call that goes on to the daemon.
#[derive(Debug, PartialEq)]
pub struct Forward {
    /// The call, which may differ from what the lab sent.
    pub call: ApiCall,
    /// Its JSON body, where it has one that was looked at.
    pub body: Option<Value>,
    /// What to do with the answer.
    pub then: AnswerRule,
}

/// What to do with the daemon's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerRule {
    /// Hand it on as it comes.
    Relay,
    /// Take the user's own things out of a list, and the guard's label.
    Show(ListFilter),
    /// Remember the container that was made, with its volumes.
    Container {
        /// Volumes that were free before.
        volumes: Vec<String>,
    },
    /// Remember the network that was made.
    Network,
    /// Remember the execution that was made.
    Execution,
    /// Remember the image that was made, under this name.
    Image {
        /// The name it was to get.
        tag: Option<String>,
    },
    /// Forget a volume, if it is gone now.
    Volume(String),
    /// Forget the names of images that were removed.
    Removal,
    /// Remember what a build makes, as it says so.
    Build {
        /// The names it gives.
        tags: Vec<String>,
    },
    /// Let what was pulled be seen.
    Pull {
        /// The name, where the pull gives one.
        tag: Option<String>,
    },
    /// Remember what a saved archive brought.
    Load,
    /// Watch a build driven by BuildKit's own protocol.
    BuildKit,
}

/// A list, or a description, that the lab asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListFilter {
    /// `docker ps`
    Containers,
    /// `docker images`
    Images,
    /// `docker volume ls`
    Volumes,
    /// `docker network ls`
    Networks,
    /// `docker network inspect`
    Network,
    /// `docker system df`
    DiskUsage,
    /// `docker events`
    Events,
    /// `docker inspect`: only the guard's label is taken out.
    One,
}

impl Ruling {
    fn relay(call: &ApiCall) -> Self {
        Self::forward(call, None, AnswerRule::Relay)
    }

    fn forward(call: &ApiCall, body: Option<Value>, then: AnswerRule) -> Self {
        Self::Forward(Forward {
            call: call.clone(),
            body,
            then,
        })
    }
}

/// Whether the body of this call has to be looked at; bodies of other calls are
/// streams (archives, contexts, terminals) or nothing.
pub fn has_json_body(call: &ApiCall) -> bool {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    call.method == "POST"
        && matches!(
            path.as_slice(),
            ["containers", "create"]
                | [
                    "containers",
                    _,
                    "exec" | "update" | "start" | "restart" | "stop" | "kill"
                ]
                | ["exec", _, "start"]
                | ["networks", "create"]
                | ["networks", _, "connect" | "disconnect"]
                | ["volumes", "create"]
                | ["commit"]
        )
}

/// Decides about a call; `body` is null where it has none that is looked at.
///
/// # Errors
/// What the daemon's connection gives while a name is resolved.
pub fn decide(scope: &Scope, call: &ApiCall, body: Value) -> io::Result<Ruling> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match (call.method.as_str(), path.as_slice()) {
        ("POST", [.., "prune"]) => Ok(Ruling::Refuse(
            "a prune removes whatever is not in use, of yours too; remove by name instead".into(),
        )),
        (method, ["containers", rest @ ..]) => decide_container(scope, call, body, method, rest),
        (method, ["volumes", rest @ ..]) => decide_volume(scope, call, body, method, rest),
        (method, ["networks", rest @ ..]) => decide_network(scope, call, body, method, rest),
        (method, ["images", rest @ ..]) => decide_image(scope, call, method, rest),
        (method, rest) => decide_other(scope, call, body, method, rest),
    }
}

/// What is done where no rule names the call.
fn unknown(call: &ApiCall) -> io::Result<Ruling> {
    Ok(Ruling::Refuse(format!(
        "{} /{} is not known to leave your things alone",
        call.method,
        call.path.join("/")
    )))
}

/// Decides about `/containers/...`; `path` is what follows.
fn decide_container(
    scope: &Scope,
    call: &ApiCall,
    body: Value,
    method: &str,
    path: &[&str],
) -> io::Result<Ruling> {
    let of_lab = |name: &str, ruling| -> io::Result<Ruling> {
        Ok(owned(
            scope.container_owner(name)?,
            "container",
            name,
            ruling,
        ))
    };
    match (method, path) {
        ("GET", ["json"]) => Ok(show(call, ListFilter::Containers)),
        ("POST", ["create"]) => create_container(scope, call, body),
        ("GET", [name, "json"]) => Ok(readable(
            scope.container_owner(name)?,
            name,
            call,
            ListFilter::One,
        )),
        ("GET", [name, "logs" | "top" | "stats" | "changes" | "export"])
        | ("GET" | "HEAD" | "PUT", [name, "archive"])
        | (
            "POST",
            [
                name,
                "stop" | "restart" | "kill" | "pause" | "unpause" | "wait" | "resize" | "rename"
                | "attach",
            ],
        ) => of_lab(name, with_body(call, body)),
        ("POST", [name, "update"]) => match check_settings(&body) {
            Ok(()) => of_lab(name, with_body(call, body)),
            Err(why) => Ok(Ruling::Refuse(why)),
        },
        ("POST", [name, "start"]) if body.is_null() => of_lab(name, Ruling::relay(call)),
        ("POST", [name, "exec"]) => create_execution(scope, call, name, body),
        ("DELETE", [name]) => of_lab(name, Ruling::relay(call)),
        _ => unknown(call),
    }
}

/// Decides about `/volumes/...`; `path` is what follows.
fn decide_volume(
    scope: &Scope,
    call: &ApiCall,
    body: Value,
    method: &str,
    path: &[&str],
) -> io::Result<Ruling> {
    match (method, path) {
        ("GET", []) => Ok(show(call, ListFilter::Volumes)),
        ("POST", ["create"]) => create_volume(scope, call, body),
        ("GET", [name]) => Ok(readable(
            scope.volume_owner(name)?,
            name,
            call,
            ListFilter::One,
        )),
        ("DELETE", [name]) => Ok(owned(
            scope.volume_owner(name)?,
            "volume",
            name,
            Ruling::forward(call, None, AnswerRule::Volume((*name).to_owned())),
        )),
        _ => unknown(call),
    }
}

/// Decides about `/networks/...`; `path` is what follows.
fn decide_network(
    scope: &Scope,
    call: &ApiCall,
    body: Value,
    method: &str,
    path: &[&str],
) -> io::Result<Ruling> {
    match (method, path) {
        ("GET", []) => Ok(show(call, ListFilter::Networks)),
        ("POST", ["create"]) => Ok(create_network(scope, call, body)),
        ("GET", [name]) => {
            let is_built_in = BUILT_IN_NETWORKS.contains(name) || built_in_network(scope, name)?;
            match is_built_in {
                true => Ok(show(call, ListFilter::Network)),
                false => Ok(readable(
                    scope.network_owner(name)?,
                    name,
                    call,
                    ListFilter::Network,
                )),
            }
        }
        ("DELETE", [name]) => Ok(owned(
            scope.network_owner(name)?,
            "network",
            name,
            Ruling::relay(call),
        )),
        ("POST", [name, "connect" | "disconnect"]) => connect(scope, call, name, body),
        _ => unknown(call),
    }
}

/// Decides about `/images/...`; `path` is what follows.
fn decide_image(scope: &Scope, call: &ApiCall, method: &str, path: &[&str]) -> io::Result<Ruling> {
    match (method, path) {
        ("GET", ["json"]) => Ok(show(call, ListFilter::Images)),
        ("GET", ["search"] | ["get"] | [.., "get"]) => Ok(Ruling::relay(call)),
        ("GET", [.., "json" | "history"]) => Ok(show(call, ListFilter::One)),
        ("POST", ["create"]) => pull_or_import(scope, call),
        ("POST", ["load"]) => load(scope, call),
        ("POST", [name @ .., "tag"]) => tag(scope, call, &name.join("/")),
        ("POST", [name @ .., "push"]) => push(scope, call, &name.join("/")),
        ("DELETE", name) => remove_image(scope, call, &name.join("/")),
        _ => unknown(call),
    }
}

/// Decides about what is of no container, volume, network or image.
fn decide_other(
    scope: &Scope,
    call: &ApiCall,
    body: Value,
    method: &str,
    path: &[&str],
) -> io::Result<Ruling> {
    match (method, path) {
        ("GET" | "HEAD", ["_ping"])
        | ("GET", ["version" | "info"] | ["distribution", .., "json"] | ["plugins"])
        // `docker inspect` asks for a plugin where nothing else has the name.
        | ("GET", ["plugins", .., "json"])
        | ("POST", ["build", "cancel"] | ["session"]) => Ok(Ruling::relay(call)),
        ("GET", ["system", "df"]) => Ok(show(call, ListFilter::DiskUsage)),
        ("GET", ["events"]) => Ok(show(call, ListFilter::Events)),
        ("POST", ["exec", id, "start" | "resize"]) | ("GET", ["exec", id, "json"]) => {
            Ok(match scope.owns_execution(id) {
                true => with_body(call, body),
                false => Ruling::Refuse(format!("{id} is no execution of this lab")),
            })
        }
        ("POST", ["build"]) => build(scope, call),
        ("POST", ["grpc"]) => Ok(Ruling::forward(call, None, AnswerRule::BuildKit)),
        ("POST", ["commit"]) => commit(scope, call, body),
        _ => unknown(call),
    }
}

fn show(call: &ApiCall, listing: ListFilter) -> Ruling {
    Ruling::forward(call, None, AnswerRule::Show(listing))
}

fn with_body(call: &ApiCall, body: Value) -> Ruling {
    let body = Some(body).filter(|body| !body.is_null());
    Ruling::forward(call, body, AnswerRule::Relay)
}

/// What only the lab's own things may undergo. For a thing that is not there the
/// daemon's own words are the best answer.
fn owned(owner: Owner, kind: &str, name: &str, ruling: Ruling) -> Ruling {
    match owner {
        Owner::Lab | Owner::Nobody => ruling,
        Owner::Other => Ruling::Refuse(format!("{name} is no {kind} of this lab")),
    }
}

fn readable(owner: Owner, name: &str, call: &ApiCall, listing: ListFilter) -> Ruling {
    match owner {
        Owner::Other => Ruling::Refuse(format!("{name} is not of this lab, and is kept private")),
        _ => show(call, listing),
    }
}

fn create_container(scope: &Scope, call: &ApiCall, mut body: Value) -> io::Result<Ruling> {
    let volumes = match check(scope, &body) {
        Ok(volumes) => volumes,
        Err(why) => return Ok(Ruling::Refuse(why)),
    };
    put_label(&mut body, LABEL, &scope.lab);
    for volume in &volumes {
        scope.record(LedgerLine::Volume(volume.name.clone()))?;
        if let Err(why) = make_volume(scope, volume)? {
            return Ok(Ruling::Refuse(why));
        }
    }
    let volumes = volumes.into_iter().map(|volume| volume.name).collect();
    Ok(Ruling::forward(
        call,
        Some(body),
        AnswerRule::Container { volumes },
    ))
}

/// Makes a volume before the container that would make it, so that it carries the
/// lab's label: a volume has no ID, and its name may be the user's later.
fn make_volume(scope: &Scope, volume: &NewVolume) -> io::Result<Result<(), String>> {
    let mut body = json!({
        "Name": volume.name,
        "Labels": volume.labels,
        "DriverOpts": volume.options,
    });
    put_label(&mut body, LABEL, &scope.lab);
    if is_empty(&volume.labels) {
        put_label(&mut body, UNLABELLED, "");
    }
    let answer = scope.daemon.ask("POST", "/volumes/create", Some(&body))?;
    Ok(match answer.body["Labels"][LABEL] == scope.lab.as_str() {
        true => Ok(()),
        false if answer.is_done() => Err(format!("{} is a volume of yours", volume.name)),
        false => Err(answer.message()),
    })
}

fn create_execution(scope: &Scope, call: &ApiCall, name: &str, body: Value) -> io::Result<Ruling> {
    let privileged =
        CaselessObject::of(&body).map(|fields| fields.get("Privileged") == &Value::Bool(true));
    Ok(match privileged {
        Ok(false) => owned(
            scope.container_owner(name)?,
            "container",
            name,
            Ruling::forward(call, Some(body), AnswerRule::Execution),
        ),
        Ok(true) => Ruling::Refuse("a privileged command reaches outside of its container".into()),
        Err(why) => Ruling::Refuse(why),
    })
}

fn create_volume(scope: &Scope, call: &ApiCall, mut body: Value) -> io::Result<Ruling> {
    let checked = CaselessObject::of(&body).and_then(|fields| {
        check_driver(fields.text("Driver")?, fields.get("DriverOpts"))?;
        match fields.get("ClusterVolumeSpec").is_null() {
            true => Ok(fields.text("Name")?.to_owned()),
            false => Err("a cluster's volume reaches outside of this machine".into()),
        }
    });
    let name = match checked {
        Ok(name) => name,
        Err(why) => return Ok(Ruling::Refuse(why)),
    };
    put_label(&mut body, LABEL, &scope.lab);
    if name.is_empty() {
        return Ok(Ruling::forward(call, Some(body), AnswerRule::Volume(name)));
    }
    Ok(match scope.volume_owner(&name)? {
        Owner::Other => Ruling::Refuse(format!("{name} is a volume of yours")),
        Owner::Lab => Ruling::forward(call, Some(body), AnswerRule::Relay),
        Owner::Nobody => {
            scope.record(LedgerLine::Volume(name.clone()))?;
            Ruling::forward(call, Some(body), AnswerRule::Volume(name))
        }
    })
}

fn create_network(scope: &Scope, call: &ApiCall, mut body: Value) -> Ruling {
    let checked = CaselessObject::of(&body).and_then(|fields| {
        let options = fields.object("Options")?;
        let named_bridge = options
            .iter()
            .any(|(key, _)| key == "com.docker.network.bridge.name" || key == "parent");
        match fields.text("Driver")? {
            "" | "bridge" if !named_bridge => Ok(()),
            driver => Err(format!(
                "a network of kind {driver} may reach outside of Docker"
            )),
        }
    });
    if let Err(why) = checked {
        return Ruling::Refuse(why);
    }
    put_label(&mut body, LABEL, &scope.lab);
    Ruling::forward(call, Some(body), AnswerRule::Network)
}

fn built_in_network(scope: &Scope, name: &str) -> io::Result<bool> {
    let network = scope
        .daemon
        .get(&format!("/networks/{}", super::daemon::encode(name)))?;
    let real = network.body["Name"].as_str().unwrap_or_default().to_owned();
    Ok(network.status == 200 && BUILT_IN_NETWORKS.contains(&real.as_str()))
}

fn connect(scope: &Scope, call: &ApiCall, network: &str, body: Value) -> io::Result<Ruling> {
    let container = match CaselessObject::of(&body).and_then(|fields| fields.text("Container")) {
        Ok(container) => container.to_owned(),
        Err(why) => return Ok(Ruling::Refuse(why)),
    };
    if scope.container_owner(&container)? == Owner::Other {
        return Ok(Ruling::Refuse(format!(
            "{container} is no container of this lab"
        )));
    }
    let default_bridge = scope
        .daemon
        .get(&format!("/networks/{}", super::daemon::encode(network)))?;
    if default_bridge.body["Name"] == "bridge" {
        return Ok(with_body(call, body));
    }
    Ok(match check_network(scope, network) {
        Ok(()) => with_body(call, body),
        Err(why) => Ruling::Refuse(why),
    })
}

/// Parameters of `POST /build` that reach no further than the image built.
const BUILD_PARAMETERS: [&str; 27] = [
    "buildargs",
    "buildid",
    "cachefrom",
    "cpuperiod",
    "cpuquota",
    "cpusetcpus",
    "cpusetmems",
    "cpushares",
    "dockerfile",
    "extrahosts",
    "forcerm",
    "isolation",
    "labels",
    "memory",
    "memswap",
    "nocache",
    "platform",
    "q",
    "remote",
    "rm",
    "session",
    "shmsize",
    "squash",
    "t",
    "target",
    "ulimits",
    "version",
];

fn build(scope: &Scope, call: &ApiCall) -> io::Result<Ruling> {
    for (key, value) in &call.query {
        let harmless = BUILD_PARAMETERS.contains(&key.as_str())
            || ["", "null", "[]", "{}", "0"].contains(&value.as_str())
            || (key == "networkmode" && ["default", "bridge", "none"].contains(&value.as_str()));
        if !harmless {
            return Ok(Ruling::Refuse(format!(
                "a build with {key}={value} may reach outside of its image"
            )));
        }
    }
    let mut tags = Vec::new();
    for name in call.parameters("t") {
        match scope.claim_tag(name, "") {
            Ok(tag) => tags.extend(tag),
            Err(why) => return Ok(Ruling::Refuse(why)),
        }
    }
    let mut call = call.clone();
    // BuildKit has no containers to mark, and would build anew for each lab; podman
    // removes its own, and takes no such mark.
    let is_podman = || -> io::Result<bool> {
        let version = scope.daemon.get("/version")?;
        Ok(!product_of(&version.body).is_docker())
    };
    if call.parameter("version") != "2" && !is_podman()? {
        call.query
            .push(("extrahosts".into(), build_mark(&scope.lab)));
    }
    Ok(Ruling::forward(&call, None, AnswerRule::Build { tags }))
}

fn commit(scope: &Scope, call: &ApiCall, body: Value) -> io::Result<Ruling> {
    let name = call.parameter("container");
    if scope.container_owner(name)? == Owner::Other {
        return Ok(Ruling::Refuse(format!(
            "{name} is no container of this lab"
        )));
    }
    Ok(
        match scope.claim_tag(call.parameter("repo"), call.parameter("tag")) {
            Ok(tag) => {
                let body = Some(body).filter(|body| !body.is_null());
                Ruling::forward(call, body, AnswerRule::Image { tag })
            }
            Err(why) => Ruling::Refuse(why),
        },
    )
}

fn pull_or_import(scope: &Scope, call: &ApiCall) -> io::Result<Ruling> {
    let (image, source) = (call.parameter("fromImage"), call.parameter("fromSrc"));
    match (image.is_empty(), source.is_empty()) {
        (false, true) => pull(scope, call, image),
        (true, false) => {
            let (repository, tag) = (call.parameter("repo"), call.parameter("tag"));
            Ok(match scope.claim_tag(repository, tag) {
                Ok(tag) => Ruling::forward(
                    call,
                    None,
                    AnswerRule::Build {
                        tags: tag.into_iter().collect(),
                    },
                ),
                Err(why) => Ruling::Refuse(why),
            })
        }
        _ => Ok(Ruling::Refuse("neither a pull nor an import".into())),
    }
}

/// A pull may move a name of the user's to a newer image; the name is moved back
/// afterwards.
fn pull(scope: &Scope, call: &ApiCall, image: &str) -> io::Result<Ruling> {
    let given = call.parameter("tag");
    let all = given.is_empty() && split(image).1.is_empty() && !image.contains('@');
    if all {
        return Ok(Ruling::Refuse(format!("a pull of every tag of {image}")));
    }
    let tag = tagged(image, given);
    if let Some(tag) = &tag
        && let Some(before) = scope.image(tag)?
        && !scope.owns_tag(tag, &before.id)
    {
        let (tag, image) = (tag.clone(), before.id);
        scope.record(LedgerLine::Moving { tag, image })?;
    }
    Ok(Ruling::forward(call, None, AnswerRule::Pull { tag }))
}

/// An archive says only inside which names it brings: every name there is now
/// may move, and is moved back afterwards.
fn load(scope: &Scope, call: &ApiCall) -> io::Result<Ruling> {
    let images = scope.daemon.get("/images/json")?;
    let own = scope.belongings();
    for image in images.body.as_array().into_iter().flatten() {
        let id = image["Id"].as_str().unwrap_or_default().to_owned();
        for tag in super::scope::tags(image) {
            if !own.gave(&tag, &id) && tag != "<none>:<none>" {
                let image = id.clone();
                scope.record(LedgerLine::Moving { tag, image })?;
            }
        }
    }
    Ok(Ruling::forward(call, None, AnswerRule::Load))
}

fn tag(scope: &Scope, call: &ApiCall, name: &str) -> io::Result<Ruling> {
    // Taking the last name of an image away deletes it: one of the user's that
    // has none must not get one that the lab takes away again.
    let image = scope.image(name)?;
    if let Some(image) = &image
        && scope.was_there(&image.id)
        && image
            .tags
            .iter()
            .all(|tag| scope.belongings().gave(tag, &image.id))
    {
        return Ok(Ruling::Refuse(format!(
            "{name} is an image of yours without a name"
        )));
    }
    Ok(
        match scope.claim_tag(call.parameter("repo"), call.parameter("tag")) {
            Ok(Some(tag)) => {
                if let Some(image) = image {
                    let (tag, image) = (tag.clone(), image.id);
                    scope.record(LedgerLine::Giving { tag, image })?;
                }
                Ruling::forward(call, None, AnswerRule::Image { tag: Some(tag) })
            }
            Ok(None) => Ruling::relay(call),
            Err(why) => Ruling::Refuse(why),
        },
    )
}

/// Publishing is for registries of this machine only.
fn push(scope: &Scope, call: &ApiCall, name: &str) -> io::Result<Ruling> {
    let host = name.split('/').next().unwrap_or_default();
    let machine = host.split(':').next().unwrap_or_default();
    let local = name.contains('/') && ["localhost", "127.0.0.1"].contains(&machine);
    let tag = tagged(name, call.parameter("tag"));
    let owned = match tag {
        Some(tag) if local => {
            let image = scope.image(&tag)?;
            image.is_some_and(|image| scope.owns_tag(&tag, &image.id))
        }
        _ => false,
    };
    Ok(match owned {
        true => Ruling::relay(call),
        false => Ruling::Refuse(format!("a push would publish {name}")),
    })
}

fn remove_image(scope: &Scope, call: &ApiCall, name: &str) -> io::Result<Ruling> {
    let Some(image) = scope.image(name)? else {
        return Ok(Ruling::relay(call));
    };
    let owned_names = image
        .tags
        .iter()
        .filter(|tag| scope.owns_tag(tag, &image.id))
        .count();
    let by_name = tagged(name, "").filter(|tag| image.tags.contains(tag));
    let mine = match &by_name {
        Some(tag) => {
            let others_keep_it = image.tags.len() > 1 || !scope.was_there(&image.id);
            scope.owns_tag(tag, &image.id) && others_keep_it
        }
        None => {
            !scope.was_there(&image.id)
                && owned_names == image.tags.len()
                && is_made(scope, &image.id, owned_names)
        }
    };
    if mine {
        let mut call = call.clone();
        if untagged_parent_was_there(scope, &image.parent)? {
            call.query.retain(|(key, _)| key != "noprune");
            call.query.push(("noprune".into(), "1".into()));
        }
        return Ok(Ruling::forward(&call, None, AnswerRule::Removal));
    }
    // The lesson of many a class: an image that a container uses cannot be
    // removed. The daemon is sure to say so, and may say it in its own words.
    let conflicts = !call.flag("force") && image.tags.len() == 1 && scope.holds_image(&image.id)?;
    Ok(match conflicts {
        true => Ruling::relay(call),
        false => Ruling::Refuse(format!("{name} is no image of this lab")),
    })
}

/// An image without a name is the lab's only where it was seen to be made.
fn is_made(scope: &Scope, id: &str, names: usize) -> bool {
    names > 0 || scope.belongings().images.contains(id)
}

/// Removing an image removes its unnamed parents as well: where one of those was
/// there before the lab, the daemon is asked not to.
fn untagged_parent_was_there(scope: &Scope, parent: &str) -> io::Result<bool> {
    let mut parent = parent.to_owned();
    while !parent.is_empty() {
        if scope.was_there(&parent) {
            return Ok(scope
                .image(&parent)?
                .is_some_and(|image| image.tags.is_empty()));
        }
        parent = scope
            .image(&parent)?
            .map(|image| image.parent)
            .unwrap_or_default();
    }
    Ok(false)
}
