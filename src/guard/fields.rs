//! JSON objects as Docker's daemon reads them: Go matches keys without regard
//! to case, so one key may stand twice in two spellings, and the guard must not
//! look at one while the daemon takes the other.

use serde_json::{Map, Value};

/// An object whose keys are unique without regard to case.
#[derive(Debug)]
pub struct CaselessObject<'a>(Vec<(String, &'a Value)>);

impl<'a> CaselessObject<'a> {
    /// The fields of `value`; null has none.
    ///
    /// # Errors
    /// Why its keys can be understood in two ways.
    pub fn of(value: &'a Value) -> Result<Self, String> {
        let object = match value {
            Value::Null => return Ok(Self(Vec::new())),
            Value::Object(object) => object,
            _ => return Err("a value where Docker's API has an object".into()),
        };
        let mut fields: Vec<(String, &Value)> = Vec::with_capacity(object.len());
        for (key, value) in object {
            let folded = fold(key)?;
            if fields.iter().any(|(other, _)| *other == folded) {
                return Err(format!("the key {key} stands twice"));
            }
            fields.push((folded, value));
        }
        Ok(Self(fields))
    }

    /// The value of `key`; null where there is none.
    pub fn get(&self, key: &str) -> &'a Value {
        let folded = key.to_ascii_lowercase();
        self.0
            .iter()
            .find(|(name, _)| *name == folded)
            .map_or(&Value::Null, |(_, value)| *value)
    }

    /// The text of `key`; empty where there is none.
    ///
    /// # Errors
    /// Where the value is something else.
    pub fn text(&self, key: &str) -> Result<&'a str, String> {
        match self.get(key) {
            Value::Null => Ok(""),
            Value::String(text) => Ok(text),
            _ => Err(format!("{key} is no text")),
        }
    }

    /// The texts of `key`'s list; empty where there is none.
    ///
    /// # Errors
    /// Where the value is something else.
    pub fn texts(&self, key: &str) -> Result<Vec<&'a str>, String> {
        match self.get(key) {
            Value::Null => Ok(Vec::new()),
            Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().ok_or_else(|| format!("{key} holds no text")))
                .collect(),
            _ => Err(format!("{key} is no list")),
        }
    }

    /// The objects of `key`'s list; empty where there is none.
    ///
    /// # Errors
    /// Where the value is something else.
    pub fn objects(&self, key: &str) -> Result<Vec<CaselessObject<'a>>, String> {
        match self.get(key) {
            Value::Null => Ok(Vec::new()),
            Value::Array(items) => items.iter().map(CaselessObject::of).collect(),
            _ => Err(format!("{key} is no list")),
        }
    }

    /// The object of `key`; without fields where there is none.
    ///
    /// # Errors
    /// Where the value is something else.
    pub fn object(&self, key: &str) -> Result<CaselessObject<'a>, String> {
        CaselessObject::of(self.get(key))
    }

    /// Every key, in small letters, and its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), *value))
    }
}

/// Go folds two letters outside of ASCII onto ASCII ones, so none is let in.
fn fold(key: &str) -> Result<String, String> {
    match key.is_ascii() {
        true => Ok(key.to_ascii_lowercase()),
        false => Err(format!("the key {key} is not ASCII")),
    }
}

/// Whether Docker would take `value` as not given: the zero values of Go.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
    }
}

/// Puts the label `name` = `value` into the `Labels` of `body`, however that key
/// is spelled there.
pub fn put_label(body: &mut Value, name: &str, value: &str) {
    if body.is_null() {
        *body = Value::Object(Map::new());
    }
    let Value::Object(object) = body else { return };
    let key = object
        .keys()
        .find(|key| key.eq_ignore_ascii_case("labels"))
        .cloned()
        .unwrap_or_else(|| "Labels".to_owned());
    let labels = object.entry(key).or_insert(Value::Null);
    if !labels.is_object() {
        *labels = Value::Object(Map::new());
    }
    labels[name] = Value::String(value.to_owned());
}

/// Takes the label `name` out of every `Labels` in `value`, at any depth. Labels
/// with `unlabelled` among them are shown as none.
pub fn drop_label(value: &mut Value, name: &str, unlabelled: &str) {
    match value {
        Value::Object(object) => {
            if let Some(shown) = object.get_mut("Labels")
                && let Value::Object(labels) = shown
            {
                labels.shift_remove(name);
                if labels.contains_key(unlabelled) {
                    *shown = Value::Null;
                }
            }
            object
                .values_mut()
                .for_each(|inner| drop_label(inner, name, unlabelled));
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| drop_label(item, name, unlabelled)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_found_however_they_are_spelled() {
        let body = json!({"hostCONFIG": {"privileged": true}});
        let host = CaselessObject::of(&body)
            .unwrap()
            .object("HostConfig")
            .unwrap();
        assert_eq!(host.get("Privileged"), &json!(true));
    }

    #[test]
    fn two_spellings_of_one_key_are_refused() {
        assert!(CaselessObject::of(&json!({"HostConfig": {}, "hostconfig": {}})).is_err());
        assert!(CaselessObject::of(&json!({"Ho\u{17f}tConfig": {}})).is_err());
        assert!(CaselessObject::of(&json!([])).is_err());
    }

    #[test]
    fn a_label_is_put_in_and_taken_out_again() {
        let original = json!({"labels": {"a": "b"}, "Name": "n"});
        let mut body = original.clone();
        put_label(&mut body, "x", "y");
        assert_eq!(body["labels"]["x"], "y");
        let mut shown = json!({"Config": {"Labels": {"a": "b", "x": "y"}}});
        drop_label(&mut shown, "x", "none");
        assert_eq!(shown, json!({"Config": {"Labels": {"a": "b"}}}));
        let mut shown = json!([{"Labels": {"x": "y", "none": ""}}]);
        drop_label(&mut shown, "x", "none");
        assert_eq!(shown, json!([{"Labels": null}]));
    }
}
