//! The shapes of the admin API in the OpenAPI document.

use serde_json::{Value, json};

use crate::engine::seed::form::{FILE, Form, Kind, RULES};
use crate::http::faults::SETS;
use crate::http::schemas::{count, named, some_text, text};

/// A value with only these members.
fn closed(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false })
}

/// A duration.
pub(crate) fn time() -> Value {
    json!({ "type": "string", "pattern": "^(0|[0-9]{1,6}(ms|s|m|h))$" })
}

/// The id of a session.
pub(crate) fn session_id() -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,128}$" })
}

/// The shape of an object of a seed file.
fn form(kind: &Kind) -> Value {
    let mut members = serde_json::Map::new();
    // Documents stand beside a file.
    for member in kind.members.iter().filter(|member| member.name != "load") {
        let text = json!({ "type": "string", "minLength": 1 });
        let shape = match &member.form {
            Form::Text | Form::Name(_) | Form::NameIn(..) => text,
            Form::Flag => json!({ "type": "boolean" }),
            Form::Number => json!({ "type": "integer", "minimum": 0, "maximum": i32::MAX }),
            Form::Texts | Form::Names(_) => json!({ "type": "array", "items": { "type": "string" } }),
            Form::SomeOf(allowed) => json!({ "type": "array", "items": { "enum": allowed } }),
            Form::Object => json!({ "type": "object" }),
            Form::One(kind) => form(kind),
            Form::Many(kind) => json!({ "type": "array", "items": { "anyOf": [text, form(kind)] } }),
        };
        members.insert(member.name.to_owned(), shape);
    }
    let needed: Vec<&str> = kind
        .members
        .iter()
        .filter(|member| member.needed)
        .map(|member| member.name)
        .collect();
    json!({ "type": "object", "properties": members, "required": needed, "additionalProperties": false })
}

/// The shapes by name.
pub(crate) fn all() -> Value {
    let patterns = || json!({ "type": "object", "additionalProperties": named("ValuePattern") });
    let objects = || json!({ "type": "array", "items": { "type": "object" } });
    let header = json!({ "pattern": "^[A-Za-z][A-Za-z0-9-]*$" });
    let request = json!({
        "method": some_text(),
        "path": some_text(),
        "query": patterns(),
        "headers": patterns(),
        "body": patterns(),
        "object": named("ObjectPattern"),
        "session": named("ValuePattern"),
    });
    let mut call = request.clone();
    for name in ["status", "fault", "outcome"] {
        call[name] = named("ValuePattern");
    }
    call["unmatched"] = json!({ "type": "boolean" });
    let point = closed(
        &["point", "wanted", "got", "fits"],
        json!({
            "point": text(), "wanted": text(), "got": text(), "fits": { "type": "boolean" },
        }),
    );
    let near_miss = json!({
        "type": "object",
        "required": ["id", "method", "path", "query", "status", "fits", "of", "points"],
        "properties": { "id": count(), "fits": count(), "of": count(), "points": { "type": "array", "items": point } },
    });
    let sets: Vec<&str> = SETS.iter().map(|(name, ..)| *name).collect();
    json!({
        "SeedFile": form(&FILE),
        "SeedRules": form(&RULES),
        "ValuePattern": {
            "oneOf": [
                { "type": ["string", "number", "boolean", "null"] },
                closed(&["equals"], json!({ "equals": {} })),
                closed(&["present"], json!({ "present": { "type": "boolean" } })),
                closed(&["not"], json!({ "not": named("ValuePattern") })),
            ],
        },
        "ObjectPattern": closed(&[], json!({ "type": named("ValuePattern"), "name": named("ValuePattern") })),
        "RequestPattern": closed(&[], request.clone()),
        "CallPattern": closed(&[], call),
        "Expectation": {
            "oneOf": [
                closed(&["inOrder"], json!({ "inOrder": { "type": "array", "minItems": 1, "items": named("CallPattern") } })),
                closed(&[], json!({ "match": named("CallPattern") })),
                closed(&["exactly"], json!({ "match": named("CallPattern"), "exactly": count() })),
                closed(&["atLeast"], json!({ "match": named("CallPattern"), "atLeast": count() })),
                closed(&["atMost"], json!({ "match": named("CallPattern"), "atMost": count() })),
                closed(&["never"], json!({ "match": named("CallPattern"), "never": { "const": true } })),
            ],
        },
        "Verified": closed(&["count", "requests"], json!({
            "count": count(), "requests": { "type": "array", "items": count() },
        })),
        "Unverified": closed(&["errorMessage", "message", "count", "nearest"], json!({
            "errorMessage": text(), "message": text(), "count": count(), "nearest": { "type": "array", "items": near_miss },
        })),
        "RequestList": {
            "type": "object",
            "required": ["total", "kept", "count", "next", "requests"],
            "properties": {
                "total": count(),
                "kept": count(),
                "dropped": count(),
                "count": count(),
                "next": count(),
                "timedOut": { "type": "boolean" },
                "requests": { "type": "array", "items": named("JournalEntry") },
            },
        },
        "ComparedSide": {
            "oneOf": [
                closed(&[], json!({})),
                closed(&["engine"], json!({ "engine": text() })),
                closed(&["session"], json!({ "session": session_id() })),
                closed(&["document"], json!({ "document": named("ExportDocument"), "passphrase": some_text() })),
            ],
        },
        "Comparison": closed(&["source"], json!({
            "source": named("ComparedSide"), "target": named("ComparedSide"),
        })),
        "Compared": closed(&["inSync", "counts", "missing", "differing", "extra", "unread"], json!({
            "inSync": { "type": "boolean" },
            "counts": { "type": "object" },
            "missing": objects(),
            "differing": objects(),
            "extra": objects(),
            "unread": objects(),
        })),
        "History": closed(&["next", "changes"], json!({
            "next": count(),
            "changes": { "type": "array", "items": {
                "type": "object",
                "required": ["id", "time"],
                "properties": {
                    "id": count(),
                    "time": text(),
                    "user": text(),
                    "request": { "type": "object" },
                    "scenario": closed(&["name", "state"], json!({ "name": text(), "state": text() })),
                    "leftOut": { "type": "boolean" },
                    "objects": { "type": "array", "items": { "type": "object" } },
                    "rows": { "type": "array", "items": { "type": "object" } },
                },
            } },
        })),
        "JournalEntry": {
            "type": "object",
            "required": ["id", "time", "method", "path", "query", "headers"],
            "properties": {
                "id": count(),
                "time": text(),
                "method": text(),
                "path": text(),
                "query": text(),
                "headers": { "type": "array", "items": text() },
                "session": text(),
                "user": text(),
                "status": count(),
                "micros": count(),
                "bodyBytes": count(),
                "answerBytes": count(),
                "body": {},
                "error": text(),
                "fault": text(),
                "unmatched": { "type": "boolean" },
                "notes": { "type": "array", "items": text() },
                "import": { "type": "object" },
                "export": { "type": "object" },
            },
        },
        "Clock": closed(&["now", "frozen", "speed"], json!({
            "now": text(), "frozen": { "type": "boolean" }, "speed": { "type": "number", "minimum": 0 },
        })),
        "Fault": closed(&[], json!({
            "name": text(),
            "match": named("RequestPattern"),
            "after": count(),
            "times": count(),
            "for": time(),
            "probability": { "type": "number", "minimum": 0, "maximum": 1 },
            "scenario": closed(&["name"], json!({ "name": text(), "is": text(), "becomes": text() })),
            "act": named("FaultAct"),
            "inOrder": { "type": "array", "items": named("FaultAct") },
        })),
        "FaultList": closed(&[], json!({
            "faults": { "type": "array", "items": named("Fault") },
            "sets": { "type": "array", "items": { "enum": sets } },
            "counters": {
                "type": "array",
                "items": closed(&["fitted", "fired"], json!({
                    "name": { "type": ["string", "null"] }, "fitted": count(), "fired": count(),
                })),
            },
        })),
        "FaultAct": {
            "type": "object",
            "minProperties": 1,
            "properties": {
                "delay": { "oneOf": [
                    time(),
                    closed(&["uniform"], json!({
                        "uniform": { "type": "array", "items": time(), "minItems": 2, "maxItems": 2 },
                    })),
                    closed(&["lognormal"], json!({
                        "lognormal": closed(&["median", "sigma"], json!({
                            "median": time(), "sigma": { "type": "number", "minimum": 0, "maximum": 5 },
                        })),
                    })),
                ] },
                "uploadBytesPerSecond": { "type": "integer", "minimum": 1, "maximum": u32::MAX },
                "expireToken": { "type": "boolean" },
                "restart": { "type": "boolean" },
                "edit": closed(&["type"], json!({ "type": text(), "name": text() })),
                "loseDownload": { "type": "boolean" },
                "export": { "enum": [
                    "badSignature", "swappedKey", "flippedByte", "truncatedBlob", "staleRevision", "missingDependency",
                ] },
                "import": closed(&["failAt"], json!({ "failAt": count(), "message": text() })),
                "task": { "oneOf": [
                    { "enum": ["staysWaiting", "staysRunning"] },
                    closed(&["fails"], json!({ "fails": text() })),
                    closed(&["endsAfterPolls"], json!({
                        "endsAfterPolls": { "type": "integer", "minimum": 0, "maximum": u32::MAX },
                    })),
                ] },
                "page": { "enum": ["stale", "duplicated", "wrongTotal"] },
                "answer": named("AnswerFault"),
                "dribble": closed(&["pieces", "over"], json!({
                    "pieces": { "type": "integer", "minimum": 1, "maximum": u32::MAX }, "over": time(),
                })),
                "connection": { "enum": ["close", "reset", "silent", "shortBody", "badChunk", "garbage", "refuseTls"] },
                "processed": { "type": "boolean" },
            },
            "additionalProperties": false,
        },
        "AnswerFault": closed(&[], json!({
            "status": { "type": "integer", "minimum": 200, "maximum": 599 },
            "errorMessage": text(),
            "json": {},
            "text": text(),
            "headers": {
                "type": "object",
                "propertyNames": header,
                "additionalProperties": { "type": "string", "pattern": "^[ -~]*$" },
            },
        })),
    })
}
