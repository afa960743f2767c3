//! Rules: content that changes when a scenario comes into a state.

use super::{FRAGMENT, Form, Kind, Member, many, member, name};

pub(super) static RULE: Kind = Kind {
    one: "rule",
    about: "A rule: when a scenario comes into a state, content changes.",
    path: "",
    inside: "",
    members: &[
        member(
            "scenario",
            Form::Text,
            "\"new rules\"",
            "its name, as faults have it",
        )
        .needed(),
        member("is", Form::Text, "\"listed\"", "the state that it comes into").needed(),
        member(
            "becomes",
            Form::Text,
            "\"done\"",
            "the state afterwards; it stays by default",
        ),
        Member {
            example: "[{ list = \"masking-jobs\", name = \"Mask staff\" }]",
            about: "objects that go first, by the list of the API that has them",
            ..many("remove", &REMOVAL)
        },
        member(
            "put",
            Form::One(&FRAGMENT),
            "{ environments = [{ name = \"HR test\", rulesets = [\"More staff\"] }] }",
            "objects that come, or that change if they exist by name; all of a seed file but load and rules",
        ),
    ],
};

static REMOVAL: Kind = Kind {
    one: "object to remove",
    about: "",
    path: "",
    inside: "",
    members: &[
        member("list", Form::Text, "\"masking-jobs\"", "").needed(),
        name("", "\"Mask staff\""),
        member(
            "environment",
            Form::Text,
            "\"HR test\"",
            "needed if several environments have the name",
        ),
    ],
};
