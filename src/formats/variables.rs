//! The variables that `-e` gives to a container, and a cluster to a pod for each service,
//! inside a line of `docker inspect` and line by line.
//!
//! ```text
//!     docker run -e COLOR=blue -e AGE=3 busybox      the client sends them from a map:
//!     [COLOR=blue AGE=3 PATH=/bin]                   no order among the first two
//! ```

use std::collections::BTreeSet;

use super::authored::Authored;
use crate::docker::{Does, ProgramCall};
use crate::pattern::pattern;

/// The names of the variables whose order is left to chance.
#[derive(Debug, Clone)]
pub struct Variables {
    names: BTreeSet<String>,
    /// Whether a pod of a cluster lists them, whose services stand in a map (Kubernetes
    /// `pkg/kubelet/kubelet_pods.go`).
    are_of_pod: bool,
}

pattern! {
    /// A variable of a file, where one is read.
    IN_FILE = r"(?m)^[ >'\x22]*([A-Za-z_][A-Za-z0-9_]*)=";
    /// A variable of a service (Kubernetes `pkg/kubelet/envvars`).
    OF_SERVICE = r"^[A-Z][A-Z0-9_]*_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$";
    /// The list of variables as a template prints it, and as JSON.
    LISTS = r#"\[(?:[A-Za-z_][A-Za-z0-9_]*=[^\[\]"]*|"[A-Za-z_][A-Za-z0-9_]*=[^"]*"(?:,"[^"]*")*)\]"#;
}

impl Variables {
    /// The variables that commands in `authored` set, where `calls` inspect a
    /// container or list the variables in it; none where fewer than two are set.
    pub fn of(calls: &[ProgramCall], authored: &Authored) -> Option<Self> {
        let lists = ["env", "printenv", "export", "set"];
        let shows = |call: &ProgramCall| {
            call.does(Does::Inspects) || lists.contains(&call.program.as_str())
        };
        if !calls.iter().any(shows) {
            return None;
        }
        let lines = authored
            .contains("--env-file")
            .then(|| authored.replace("\\n", "\n").replace('\'', "\n"));
        let of_files = lines.iter().flat_map(|lines| IN_FILE.captures_iter(lines));
        let of_files = of_files.filter_map(|found| Some(found.get(1)?.as_str().to_owned()));
        let settings = authored
            .calls()
            .iter()
            .flat_map(|call| call.option("--env"));
        let names: BTreeSet<String> = settings
            .map(|setting| setting.split('=').next().unwrap_or_default().to_owned())
            .chain(of_files)
            .collect();
        let are_of_pod = calls
            .iter()
            .any(|call| call.kubectl().is_some_and(|one| one.verb == "exec"));
        (are_of_pod || names.len() > 1).then_some(Self { names, are_of_pod })
    }

    /// Whether `name` is one of those whose order is left to chance.
    fn has(&self, name: &str) -> bool {
        self.names.contains(name) || (self.are_of_pod && OF_SERVICE.is_match(name))
    }

    /// By what a line is known to be the same in another order: an address in the variable of
    /// a service is another one in each run.
    fn key<'l>(&self, line: &'l str) -> &'l str {
        match line.split_once('=') {
            Some((name, _)) if self.are_of_pod => name,
            _ => line,
        }
    }

    /// Whether `line` is one of the variables with its value.
    pub fn is_one(&self, line: &str) -> bool {
        line.split_once('=').is_some_and(|(name, _)| self.has(name))
    }

    /// The lines `printed` with the variables in the order of `shown`, each at a place
    /// where one of them stood; none where they are not the same ones, or stand so.
    pub fn arrange(&self, printed: &[String], shown: &[&str]) -> Option<Vec<String>> {
        let shown: Vec<&str> = shown
            .iter()
            .copied()
            .filter(|line| self.is_one(line))
            .collect();
        let places = (0..printed.len()).filter(|place| self.is_one(&printed[*place]));
        let places: Vec<usize> = places.collect();
        let own = places.iter().map(|place| printed[*place].as_str());
        let mut own: Vec<(&str, &str)> = own.map(|line| (self.key(line), line)).collect();
        let mut theirs: Vec<&str> = shown.iter().map(|line| self.key(line)).collect();
        if own.iter().map(|(key, _)| key).eq(&theirs) {
            return None;
        }
        let mut arranged = printed.to_vec();
        own.sort_unstable();
        for (place, line) in places.iter().zip(&shown) {
            let at = own
                .binary_search_by_key(&self.key(line), |(key, _)| key)
                .ok()?;
            own[at].1.clone_into(&mut arranged[*place]);
        }
        own.dedup_by_key(|(key, _)| *key);
        theirs.sort_unstable();
        theirs.dedup();
        let are_same = places.len() == shown.len() && own.iter().map(|(key, _)| key).eq(&theirs);
        are_same.then_some(arranged)
    }

    /// `text` with the variables of its list in the order of their names, each at a
    /// place where one of them stood; none where it shows no such list.
    pub fn sort(&self, text: &str) -> Option<String> {
        let list = LISTS.find(text)?;
        let inside = &list.as_str()[1..list.as_str().len() - 1];
        let separator = if inside.starts_with('"') { "," } else { " " };
        let entries: Vec<&str> = inside.split(separator).collect();
        let is_set = |entry: &&str| {
            let name = entry
                .trim_matches('"')
                .split('=')
                .next()
                .unwrap_or_default();
            self.has(name)
        };
        let mut sorted: Vec<&str> = entries.iter().copied().filter(is_set).collect();
        if sorted.len() < 2 {
            return None;
        }
        sorted.sort_unstable();
        let mut sorted = sorted.into_iter();
        let placed: Vec<&str> = entries
            .iter()
            .map(|entry| match is_set(entry) {
                true => sorted.next().unwrap_or(entry),
                false => entry,
            })
            .collect();
        let (before, after) = (&text[..list.start()], &text[list.end()..]);
        Some(format!("{before}[{}]{after}", placed.join(separator)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authored(text: &str) -> Authored {
        Authored::from(text.to_owned())
    }

    #[test]
    fn the_variables_of_services_change_places_and_others_do_not() {
        let calls = ProgramCall::all("kubectl exec web -- env");
        let variables = Variables::of(&calls, &authored("")).unwrap();
        let printed = [
            "A=1",
            "DB_PORT=tcp://10.0.0.7:80",
            "DB_SERVICE_HOST=10.0.0.7",
        ];
        let printed = printed.map(str::to_owned);
        let shown = [
            "A=1",
            "DB_SERVICE_HOST=10.0.0.1",
            "DB_PORT=tcp://10.0.0.1:80",
        ];
        let arranged = variables.arrange(&printed, &shown).unwrap();
        assert_eq!(arranged[1], printed[2]);
        assert_eq!(arranged[2], printed[1]);
        let others = ["DB_SERVICE_HOST=10.0.0.1", "WEB_PORT=tcp://10.0.0.1:80"];
        assert!(variables.arrange(&printed, &others).is_none());
    }

    #[test]
    fn only_the_variables_that_were_set_change_places() {
        let calls = ProgramCall::all("docker inspect -f '{{.Config.Env}}' web");
        let variables = Variables::of(
            &calls,
            &authored("docker run -e B=2 --env A=1 -eC=3 busybox"),
        )
        .unwrap();
        let sort = |text: &str| variables.sort(text);
        assert_eq!(sort("[B=2 A=1 PATH=/bin]").unwrap(), "[A=1 B=2 PATH=/bin]");
        assert_eq!(sort("[PATH=/bin B=2 A=1]").unwrap(), "[PATH=/bin A=1 B=2]");
        assert_eq!(
            sort(r#"["B=2","C=3","A=1","PATH=/bin"]"#).unwrap(),
            r#"["A=1","B=2","C=3","PATH=/bin"]"#
        );
        assert_eq!(sort("[B=2 PATH=/bin]"), None);
        assert_eq!(sort("B=2 A=1"), None);
        assert!(Variables::of(&calls, &authored("docker run -e A=1 busybox")).is_none());
        assert!(Variables::of(&ProgramCall::all("cat x"), &authored("-e A=1 -e B=2")).is_none());
    }

    #[test]
    fn lines_change_places_only_where_they_are_the_same_variables() {
        let calls = ProgramCall::all("docker exec web env");
        let variables = Variables::of(&calls, &authored("--env-file f\n> B=2\n> A=1")).unwrap();
        let printed = ["HOME=/", "A=1", "B=2"].map(str::to_owned);
        assert_eq!(
            variables
                .arrange(&printed, &["B=2", "HOME=/", "A=1"])
                .unwrap(),
            ["HOME=/", "B=2", "A=1"]
        );
        assert_eq!(variables.arrange(&printed, &["HOME=/", "A=1", "B=2"]), None);
        assert_eq!(variables.arrange(&printed, &["B=1", "A=2"]), None);
    }
}
