//! Suggests types for misspelt names.

use super::{OBJECT_TYPES, type_by_name};

/// The known type with the most similar name, if one is similar.
fn nearest_type(text: &str) -> Option<&'static str> {
    let text = text.to_uppercase();
    let names = OBJECT_TYPES.iter().map(|known| known.name);
    names
        .map(|name| (strsim::normalized_damerau_levenshtein(&text, name), name))
        .filter(|(likeness, _)| *likeness > 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// A hint for an unknown type name.
pub fn type_help(name: &str) -> String {
    match nearest_type(name) {
        Some(nearest) => format!("similar: {nearest}"),
        None => "type names are as in the export document, such as MASKING_JOB".to_owned(),
    }
}

/// A hint for `TYPE:ID` with a misspelt type.
pub fn misspelt_type(selector: &str) -> Option<String> {
    let (name, _) = selector.split_once(':')?;
    let nearest = nearest_type(name).filter(|_| type_by_name(name).is_none())?;
    Some(format!("no object type is called {name}; similar: {nearest}"))
}
