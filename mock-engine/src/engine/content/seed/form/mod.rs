//! The members of a seed file: what it can declare, and what becomes of it.
//!
//! Invariant: the reader, the example of `mock-engine init` and the OpenAPI document know members from this table alone.

mod engine_wide;
mod environments;
mod rules;

use self::engine_wide::{
    ALGORITHM, APPLICATION, CLASSIFIER, DOMAIN, DRIVER, EXPRESSION, FILE_FORMAT, MAINFRAME_FORMAT, MOUNT,
    PROFILE_SET, ROLE, USER,
};
use self::environments::ENVIRONMENT;
use self::rules::RULE;

/// A kind of object.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Its name in messages.
    pub(crate) one: &'static str,
    /// What it is, for the example.
    pub(crate) about: &'static str,
    /// The resource that shows it; parts of objects have none.
    pub(crate) path: &'static str,
    /// The member of its rows with the id of what it stands in.
    pub(crate) inside: &'static str,
    /// Its members.
    pub(crate) members: &'static [Member],
}

/// A member.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    /// Whether an object needs it.
    pub(crate) needed: bool,
    /// The member of the resource's rows; a dot leads into an object.
    pub(crate) rest: &'static str,
    /// What a new object has without it.
    pub(crate) default: &'static str,
    /// Whether a new object without it gets the only one of its environment.
    pub(crate) or_only: bool,
    /// A value in TOML, for the example.
    pub(crate) example: &'static str,
    /// What it is, for the example.
    pub(crate) about: &'static str,
}

/// What values a member has.
#[derive(Debug)]
pub(crate) enum Form {
    Text,
    Number,
    Flag,
    Texts,
    SomeOf(&'static [&'static str]),
    /// Free members.
    Object,
    /// The name of an object of the resource at one of some paths.
    Name(&'static [&'static str]),
    /// The same in the environment that another member names, or else in the own one.
    NameIn(&'static [&'static str], &'static str),
    /// Names of such objects.
    Names(&'static [&'static str]),
    /// An object inside of this one.
    One(&'static Kind),
    /// Objects inside of this one. A text stands for an object that has only a name.
    Many(&'static Kind),
}

impl Kind {
    pub(crate) fn member(&self, name: &str) -> Option<&'static Member>
    where
        Self: 'static,
    {
        self.members.iter().find(|member| member.name == name)
    }
}

const fn member(name: &'static str, form: Form, example: &'static str, about: &'static str) -> Member {
    Member {
        name,
        form,
        needed: false,
        rest: "",
        default: "",
        or_only: false,
        example,
        about,
    }
}

impl Member {
    const fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    const fn rest(mut self, rest: &'static str) -> Self {
        self.rest = rest;
        self
    }

    const fn default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    const fn or_only(mut self) -> Self {
        self.or_only = true;
        self
    }
}

const fn many(name: &'static str, kind: &'static Kind) -> Member {
    member(name, Form::Many(kind), "", kind.about)
}

const fn name(rest: &'static str, example: &'static str) -> Member {
    member("name", Form::Text, example, "").needed().rest(rest)
}

const ID: Member = member("id", Form::Number, "7", "the next free number by default");

/// What the table leaves out.
const FURTHER: Member = member(
    "members",
    Form::Object,
    "{ note = \"ours\" }",
    "further members, as the API has them",
);

/// The kinds of objects, after and before members that stand beside them. An object can refer to those before it.
macro_rules! objects {
    ($($before:expr),*; $($after:expr),*) => {
        &[
            $($before,)*
            many("applications", &APPLICATION),
            many("mounts", &MOUNT),
            many("drivers", &DRIVER),
            many("algorithms", &ALGORITHM),
            many("domains", &DOMAIN),
            many("profileExpressions", &EXPRESSION),
            many("classifiers", &CLASSIFIER),
            many("profileSets", &PROFILE_SET),
            many("fileFormats", &FILE_FORMAT),
            many("mainframeFormats", &MAINFRAME_FORMAT),
            many("environments", &ENVIRONMENT),
            many("roles", &ROLE),
            many("users", &USER),
            $($after,)*
        ]
    };
}

/// The whole file.
pub(crate) static FILE: Kind = Kind {
    one: "a seed file",
    about: "",
    path: "",
    inside: "",
    members: objects![
        member(
            "load",
            Form::Texts,
            "[\"export.json\"]",
            "export documents to load first, relative to this file",
        );
        many("rules", &RULE)
    ],
};

/// What a rule puts: all of a file but documents and rules.
static FRAGMENT: Kind = Kind {
    one: "content",
    about: "",
    path: "",
    inside: "",
    members: objects![;],
};

/// A list of rules alone.
pub(crate) static RULES: Kind = Kind {
    one: "a list of rules",
    about: "",
    path: "",
    inside: "",
    members: &[many("rules", &RULE)],
};
