//! The Docker client's configuration for a lab: the user's way to log in, her
//! proxies and her plugins; nothing that changes what is printed or typed.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::formats::table::ImageColumns;

/// What is taken over from the user's configuration. Left out on purpose:
/// `detachKeys`, formats, aliases, and the current context.
const KEPT: [&str; 5] = [
    "auths",
    "credHelpers",
    "credsStore",
    "HttpHeaders",
    "proxies",
];

/// The user's own configuration folder, where she has one.
pub fn users_folder() -> Option<PathBuf> {
    std::env::var_os("DOCKER_CONFIG")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".docker")))
}

/// The text of a lab's `config.json`.
pub fn for_lab(users_folder: Option<&Path>, columns: ImageColumns) -> String {
    let users = users_folder
        .and_then(|folder| std::fs::read(folder.join("config.json")).ok())
        .and_then(|text| serde_json::from_slice::<Value>(&text).ok())
        .unwrap_or_default();
    let mut configuration = Map::new();
    for key in KEPT {
        if let Some(value) = users.get(key) {
            configuration.insert(key.to_owned(), value.clone());
        }
    }
    let mut plugins = Vec::new();
    plugins.extend(users_folder.map(|folder| json!(folder.join("cli-plugins"))));
    plugins.extend(
        users["cliPluginsExtraDirs"]
            .as_array()
            .cloned()
            .unwrap_or_default(),
    );
    configuration.insert("cliPluginsExtraDirs".into(), Value::Array(plugins));
    // Client 29 prints other columns unless asked not to.
    let own = serde_json::from_str::<Map<String, Value>>(columns.configuration());
    configuration.extend(own.unwrap_or_default());
    Value::Object(configuration).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_and_plugins_are_taken_over_and_habits_are_not() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("config.json"),
            r#"{"credsStore": "desktop", "detachKeys": "ctrl-e", "psFormat": "{{.ID}}",
                "imagesFormat": "json", "currentContext": "far", "cliPluginsExtraDirs": ["/opt/p"]}"#,
        )
        .unwrap();
        let text = for_lab(Some(folder.path()), ImageColumns::Older);
        let configuration: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            configuration,
            json!({
                "credsStore": "desktop",
                "cliPluginsExtraDirs": [folder.path().join("cli-plugins"), "/opt/p"],
                "imagesFormat": "table",
            })
        );
    }

    #[test]
    fn a_user_without_a_configuration_gets_one_for_the_lab() {
        let format_of = |columns| {
            let text = for_lab(None, columns);
            serde_json::from_str::<Value>(&text).unwrap()["imagesFormat"].clone()
        };
        assert_eq!(format_of(ImageColumns::Older), "table");
        assert_eq!(format_of(ImageColumns::Newer), Value::Null);
    }
}
