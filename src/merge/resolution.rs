//! Resolutions: the user's answers to a list of conflicts.
//!
//! ```json
//! {"conflicts": [{"object": "MASKING_JOB:4", "take": "theirs"}, {"object": "DOMAIN:SSN", "take": 1}]}
//! ```
//!
//! Invariant: the list that a merge prints can be read back. `"take": null` leaves a conflict undecided; unknown members
//! are ignored.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Answers by the object's `TYPE:identifier`, as the conflict lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolutions {
    by_object: BTreeMap<String, Take>,
}

/// An answer to a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The state of the first side.
    Ours,
    /// The state of the last side.
    Theirs,
    /// The state of the base.
    Base,
    /// No state: the object is left out.
    Remove,
    /// The state of the side with an index, from 0.
    Side(usize),
}

/// An invalid list of resolutions.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResolutionsError {
    /// JSON of another form.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// An invalid answer.
    #[error(
        "$.conflicts[{index}].take: expected \"ours\", \"theirs\", \"base\", \"remove\", null or the number of a document"
    )]
    Take {
        /// Index of the entry.
        index: usize,
    },
    /// Two answers for one object.
    #[error("$.conflicts[{index}]: a second answer for {object}")]
    Twice {
        /// Index of the entry.
        index: usize,
        /// The object.
        object: String,
    },
}

#[derive(Deserialize)]
#[serde(expecting = "an object with a list of conflicts")]
struct File {
    conflicts: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    object: String,
    take: Option<Answer>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Number(u64),
    Word(String),
}

impl Resolutions {
    /// Reads a list.
    ///
    /// # Errors
    /// JSON of another form, an invalid answer, or two answers for one object.
    pub fn parse(json: &[u8]) -> Result<Self, ResolutionsError> {
        let file: File = serde_json::from_slice(json)?;
        let mut by_object = BTreeMap::new();
        for (index, entry) in file.conflicts.into_iter().enumerate() {
            let Some(answer) = entry.take else { continue };
            let take = answer.take().ok_or(ResolutionsError::Take { index })?;
            if by_object.insert(entry.object.clone(), take).is_some() {
                let object = entry.object;
                return Err(ResolutionsError::Twice { index, object });
            }
        }
        Ok(Self { by_object })
    }

    /// Adds an answer. It replaces an earlier one for the object.
    pub fn insert(&mut self, object: String, take: Take) {
        self.by_object.insert(object, take);
    }

    #[doc(hidden)]
    /// Adds the answers of another list. They replace earlier ones.
    pub fn extend(&mut self, other: Self) {
        self.by_object.extend(other.by_object);
    }

    #[doc(hidden)]
    /// The answer for an object.
    pub fn get(&self, object: &str) -> Option<Take> {
        self.by_object.get(object).copied()
    }

    #[doc(hidden)]
    /// All objects with an answer.
    pub fn objects(&self) -> impl Iterator<Item = &str> {
        self.by_object.keys().map(String::as_str)
    }
}

impl Answer {
    fn take(self) -> Option<Take> {
        match self {
            // Users count from 1.
            Self::Number(number) => Some(Take::Side(usize::try_from(number.checked_sub(1)?).ok()?)),
            Self::Word(word) => match word.as_str() {
                "ours" => Some(Take::Ours),
                "theirs" => Some(Take::Theirs),
                "base" => Some(Take::Base),
                "remove" => Some(Take::Remove),
                _ => None,
            },
        }
    }
}
