//! Profiles: how engines of different versions differ.
//!
//! Invariant: a profile is data, one row of [`table`]. The engine reads what is about objects and documents, HTTP what
//! is about requests. Without a profile an engine has everything that any version has.

mod table;

use std::fmt;
use std::str::FromStr;

/// The version whose behaviour an engine takes on.
///
/// ```
/// use mock_engine::{MockEngine, Profile};
///
/// let profile: Profile = "6.0.15".parse()?;
/// assert_eq!(profile, Profile::V6_0_15);
/// let builder = MockEngine::builder().profile(profile);
/// # let _ = builder;
/// # Ok::<(), mock_engine::ProfileError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Profile(&'static Differences);

/// What differs between versions.
#[derive(Debug)]
pub(crate) struct Differences {
    /// Name of the profile.
    pub(crate) name: &'static str,
    /// Version that the engine reports. The import rules and the name rules of that version apply.
    pub(crate) version: &'static str,
    /// Status of a successful POST.
    pub(crate) created_status: u16,
    /// Format number of exports. Documents of a higher one are refused.
    pub(crate) format: u64,
    /// The object types of the API, in groups.
    types: &'static [&'static [&'static str]],
    /// The endpoints of other versions, in groups.
    lacks: &'static [&'static [Endpoints]],
    /// The members of rows of other versions, in groups: the resource's path and the member.
    hidden: &'static [&'static [(&'static str, &'static str)]],
    /// Whether there are MAPPLET algorithms.
    pub(crate) legacy_algorithms: bool,
    /// Whether an export may have a `structure`.
    pub(crate) structure: bool,
    /// Whether lists of objects have `revisionId`.
    pub(crate) revision_ids: bool,
    /// Whether exports and imports may run at the same time.
    pub(crate) concurrent_sync: bool,
    /// Default size of a page.
    pub(crate) page_size: u64,
}

/// Some endpoints: a path, and all paths below it.
#[derive(Debug)]
struct Endpoints {
    /// The path below the API's base, as routes spell it.
    path: &'static str,
    /// The methods; none stands for all.
    methods: &'static [&'static str],
}

/// An unknown name of a profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a profile (5.3, 6.0, 6.0.15 or 2025)")]
pub struct ProfileError(String);

impl Profile {
    /// Engines of 5.3.
    pub const V5_3: Self = Self(&table::V5_3);
    /// Engines of 6.0.1.
    pub const V6_0: Self = Self(&table::V6_0);
    /// Engines of 6.0.15.
    pub const V6_0_15: Self = Self(&table::V6_0_15);
    /// Engines of 2025.2.
    pub const V2025: Self = Self(&table::V2025);
    /// Every profile, oldest first.
    pub const ALL: [Self; 4] = [Self::V5_3, Self::V6_0, Self::V6_0_15, Self::V2025];

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Its row of the table.
    pub(crate) fn differences(self) -> &'static Differences {
        self.0
    }

    /// The object types that the API knows, by name.
    pub(crate) fn types(self) -> Vec<&'static str> {
        let mut types: Vec<&str> = self.0.types.iter().copied().flatten().copied().collect();
        types.sort_unstable();
        types
    }

    /// Whether the API knows an object type.
    pub(crate) fn has_type(self, type_name: &str) -> bool {
        self.0.types.iter().any(|group| group.contains(&type_name))
    }

    /// Whether imports take objects of a type. The API still names the type of removed algorithms.
    pub(crate) fn takes_type(self, type_name: &str) -> bool {
        self.has_type(type_name) && (self.0.legacy_algorithms || type_name != table::LEGACY)
    }

    /// The members of other versions that rows of a resource don't have.
    pub(crate) fn hidden(self, path: &str) -> impl Iterator<Item = &'static str> {
        let all = self.0.hidden.iter().copied().flatten();
        all.filter(move |(of, _)| *of == path).map(|(_, member)| *member)
    }

    /// All members of other versions, as text.
    #[cfg(feature = "cli")]
    pub(crate) fn all_hidden(self) -> impl Iterator<Item = String> {
        let all = self.0.hidden.iter().copied().flatten();
        all.map(|(path, member)| format!("{member} in /{path}"))
    }

    /// The endpoints that don't exist, as text.
    #[cfg(feature = "cli")]
    pub(crate) fn lacking(self) -> impl Iterator<Item = String> {
        let all = self.0.lacks.iter().copied().flatten();
        all.map(|endpoints| {
            let methods = endpoints.methods.join(" ").to_uppercase();
            format!("{} {methods}", endpoints.path).trim_end().to_owned()
        })
    }

    /// Whether an endpoint doesn't exist. The method is in lower case.
    pub(crate) fn lacks(self, method: &str, path: &str) -> bool {
        let mut all = self.0.lacks.iter().copied().flatten();
        all.any(|endpoints| endpoints.cover(method, path))
    }
}

impl Endpoints {
    fn cover(&self, method: &str, path: &str) -> bool {
        let below = path.strip_prefix(self.path);
        let path_fits = below.is_some_and(|below| below.is_empty() || below.starts_with('/'));
        path_fits && (self.methods.is_empty() || self.methods.contains(&method))
    }
}

impl PartialEq for Profile {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Profile {}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Profile({})", self.name())
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let found = Self::ALL.into_iter().find(|profile| profile.name() == text);
        found.ok_or_else(|| ProfileError(text.to_owned()))
    }
}
