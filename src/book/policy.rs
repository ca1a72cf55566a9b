//! A Content-Security-Policy in each page: of scripts, only those of the page's template
//! and of files run.
//!
//! The hashes are those of the scripts outside `<main>`, which mdBook and the theme wrote.
//! What stands inside is the notes', and no script of theirs runs, whatever was escaped.

use std::fmt::Write;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

/// Writes the policy into the pages below `folder`.
pub(super) fn protect(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            protect(&path)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "html")
        {
            let page = std::fs::read_to_string(&path)?;
            std::fs::write(&path, protected(&page))?;
        }
    }
    Ok(())
}

/// The `page` with its policy, before anything that it rules.
fn protected(page: &str) -> String {
    const HEAD: &str = "<head>";
    let Some(head) = page.find(HEAD) else {
        return page.to_owned();
    };
    let (before, behind) = page.split_at(head + HEAD.len());
    let policy = policy(page);
    format!(
        "{before}\n        <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">{behind}"
    )
}

fn policy(page: &str) -> String {
    let before = page.find("<main").unwrap_or(page.len());
    let behind = page.rfind("</main>").unwrap_or(page.len()).max(before);
    let mut sources = vec!["'self'".to_owned()];
    for script in scripts(&page[..before]).chain(scripts(&page[behind..])) {
        let source = match script {
            InlineScript::Inline(text) => format!("'sha256-{}'", base64(&Sha256::digest(text))),
            InlineScript::File(address) => match origin(address) {
                Some(origin) => origin.to_owned(),
                None => continue,
            },
        };
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let sources = sources.join(" ");
    format!(
        "default-src 'self'; script-src {sources}; style-src 'self' 'unsafe-inline'; \
        img-src * data:; object-src 'none'; base-uri 'self'; form-action 'none'"
    )
}

enum InlineScript<'p> {
    Inline(&'p str),
    File(&'p str),
}

fn scripts(html: &str) -> impl Iterator<Item = InlineScript<'_>> {
    html.split("<script").skip(1).filter_map(|script| {
        let (attributes, text) = script.split_once('>')?;
        match attributes.split_once("src=\"") {
            Some((_, address)) => address.split('"').next().map(InlineScript::File),
            None => text
                .split_once("</script>")
                .map(|(text, _)| InlineScript::Inline(text)),
        }
    })
}

/// Where a script of another site comes from.
fn origin(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let known = host
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || ".:-".contains(letter));
    known.then(|| &address[..scheme.len() + 3 + host.len()])
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            match digit <= three.len() {
                true => text.push(char::from(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize])),
                // Writing to a String never fails.
                false => drop(write!(text, "=")),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_the_standard_has_them() {
        let written =
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(
            written,
            [
                "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"
            ]
        );
    }

    #[test]
    fn scripts_of_the_template_may_run_and_those_of_the_notes_may_not() {
        let page = "<html><head><script>one</script></head><body><main><script>two</script>\
            </main><script src=\"https://cdn.example/a.js\"></script><script src=\"b.js\"></script></body>";
        let page = protected(page);
        // printf one | openssl dgst -sha256 -binary | base64
        assert!(page.contains("script-src 'self' 'sha256-dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0=' https://cdn.example;"), "{page}");
        assert!(
            page.find("Content-Security-Policy") < page.find("<script"),
            "{page}"
        );
    }
}
