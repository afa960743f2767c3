//! Types that a misspelt name may mean.

use super::{OBJECT_TYPES, type_by_name};

/// The known type whose name is most like a text, if one is.
fn nearest_type(text: &str) -> Option<&'static str> {
    let text = text.to_uppercase();
    let names = OBJECT_TYPES.iter().map(|known| known.name);
    names
        .map(|name| (strsim::normalized_damerau_levenshtein(&text, name), name))
        .filter(|(likeness, _)| *likeness > 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// What to do about a type that a person named and that isn't there.
pub fn type_help(name: &str) -> String {
    match nearest_type(name) {
        Some(nearest) => format!("similar: {nearest}"),
        None => "types are called as 'exportdoc inspect' calls them, such as MASKING_JOB".to_owned(),
    }
}

/// The same of `TYPE:ID`, where what stands before the colon is like a type but none.
pub fn misspelt_type(selector: &str) -> Option<String> {
    let (name, _) = selector.split_once(':')?;
    let nearest = nearest_type(name).filter(|_| type_by_name(name).is_none())?;
    Some(format!("no object type is called {name}; similar: {nearest}"))
}
