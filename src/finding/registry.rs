//! The registry of all findings: id, severity, meaning and action.
//!
//! Invariant: ids are created here only, so that reports, `exportdoc explain` and the documentation agree.
//!
//! A row may end with columns: `hides_objects`, `needs` and `trace`; see [`FindingRule`].

use super::{EditTrace, FindingRule, Needs, Severity};

/// Finds a rule by its id.
pub fn by_id(id: &str) -> Option<&'static FindingRule> {
    REGISTRY.iter().copied().find(|rule| rule.id == id)
}

/// Suggests ids for a mistyped one: those that share a word with it, the most similar first.
pub fn similar_ids(id: &str) -> Vec<&'static str> {
    let words: Vec<&str> = id.split('-').filter(|word| word.len() > 2).collect();
    let ids = REGISTRY.iter().map(|rule| rule.id);
    let mut similar: Vec<&str> = ids
        .filter(|known| words.iter().any(|word| known.contains(word)))
        .collect();
    similar.sort_by_key(|known| strsim::damerau_levenshtein(id, known));
    similar.truncate(5);
    similar
}

macro_rules! registry {
    ($($topic:literal { $($name:ident = $id:literal, $severity:ident, $meaning:literal, $action:literal
        $(, $column:ident $(($value:expr))?)*;)* })*) => {
        $($(
            #[doc = $meaning]
            pub static $name: FindingRule = FindingRule {
                id: $id,
                severity: Severity::$severity,
                topic: $topic,
                meaning: $meaning,
                action: $action,
                hides_objects: false,
                needs: Needs::Nothing,
                trace: None,
            }$(.$column($($value)?))*;
        )*)*
        /// All rules, grouped by topic.
        pub static REGISTRY: &[&FindingRule] = &[$($(&$name),*),*];
    };
}

registry! {
    "JSON envelope" {
        BYTE_ORDER_MARK = "byte-order-mark", Warning,
            "The file starts with a UTF-8 byte order mark, which engines don't write.",
            "An editor saved it again. Compare it with the original, and keep the file as the engine wrote it.",
            trace(EditTrace::AroundJson);
        READ_INDIRECTLY = "read-indirectly", Info,
            "The document was read from an archive, a compressed file, UTF-16 text or a Python pickle, or through a link out of the given directory.",
            "Nothing, if you expect it. An engine accepts only the JSON document itself. Links can be refused.";
        DUPLICATE_KEY = "duplicate-key", Error,
            "A JSON object has a member twice, and readers disagree on which one counts.",
            "Treat the document as tampered with, and export again.",
            trace(EditTrace::Members);
        MISSING_MEMBER = "missing-member", Error,
            "A member that every export document has is missing.",
            "Get the complete document. Clients that save exports again sometimes drop parts.",
            trace(EditTrace::LeftOut);
        WRONG_TYPE = "wrong-type", Error,
            "A member has a JSON type that engines don't write there.",
            "Export again, or restore the member from the original.",
            trace(EditTrace::Members);
        TRAILING_DATA = "trailing-data", Error,
            "Bytes follow the end of the JSON document.",
            "Check whether two documents were concatenated, and keep only the original bytes.",
            hides_objects, trace(EditTrace::AroundJson);
        UNKNOWN_MEMBER = "unknown-member", Info,
            "The envelope has a member that this version doesn't know. It is kept.",
            "Nothing, if you expect it.";
        ESCAPED_TEXT = "escaped-text", Info,
            "The base64 text is written with JSON escapes such as \\/ or \\u003d.",
            "Nothing. Some JSON writers escape these characters.";
        BASE64_LINE_BREAKS = "base64-line-breaks", Warning,
            "The base64 text has line breaks, which engines don't write.",
            "Restore the original text if the importing engine refuses it.",
            trace(EditTrace::Base64);
        BASE64_MISSING_PADDING = "base64-missing-padding", Warning,
            "The base64 text lacks its '=' padding.",
            "Restore the original text if the importing engine refuses it.",
            trace(EditTrace::Base64);
        BASE64_URL_ALPHABET = "base64-url-alphabet", Warning,
            "The base64 text uses the URL alphabet ('-' and '_').",
            "Restore the original text if the importing engine refuses it.",
            trace(EditTrace::Base64);
        BASE64_TRAILING_BITS = "base64-trailing-bits", Warning,
            "The last base64 character has bits set that belong to no byte.",
            "No engine writes this, although it can be read. Compare with the original.";
        BASE64_BROKEN = "base64-broken", Error,
            "The base64 text is truncated or has a character that isn't base64.",
            "Get the complete document. The rest of the text can't be read.",
            hides_objects;
        DATE_NOT_UNDERSTOOD = "date-not-understood", Warning,
            "exportDate isn't in the form engines write (Java's Date.toString).",
            "Use the time in the blob's header; this date is only a label.",
            trace(EditTrace::DateForm);
        DATE_WRONG_WEEKDAY = "date-wrong-weekday", Warning,
            "The weekday in exportDate doesn't match the date.",
            "It was edited by hand. Use the time in the blob's header.",
            trace(EditTrace::Weekday);
        DATE_ZONE_AMBIGUOUS = "date-zone-ambiguous", Info,
            "The time zone abbreviation in exportDate has several meanings.",
            "Read it as local time of the exporting engine. The blob's header has the time in UTC.";
        METADATA_SNAKE_CASE = "metadata-snake-case", Info,
            "The metadata has member names like export_host instead of exportHost.",
            "A client saved the document again. Engines may not understand these names; the blob is unaffected.",
            trace(EditTrace::SnakeCase);
        REQUESTED_LIST_MISSING = "requested-list-missing", Warning,
            "The metadata doesn't say which objects were requested.",
            "A client saved the document again. The blob still has every object.",
            trace(EditTrace::LeftOut);
    }
    "Blob and records" {
        FRAMING_BROKEN = "framing-broken", Error,
            "The blob can't be split into records: a length exceeds the blob, or a record isn't a message.",
            "The blob is damaged or truncated. Export again.",
            hides_objects;
        HEADER_MISSING = "header-missing", Error,
            "The first record isn't a header with export id, time and object count.",
            "The blob is damaged. Export again.",
            hides_objects;
        FORMAT_NEWER = "format-newer", Info,
            "The header's format number is higher than any that this version knows.",
            "The document is read anyway. Look for unknown-field and unknown-data, and use a newer version if there is one.";
        TRAILER_MISSING = "trailer-missing", Error,
            "The blob doesn't end with a trailer record.",
            "The blob is truncated. Export again.";
        TRAILER_NOT_CANONICAL = "trailer-not-canonical", Error,
            "The trailer record has more than the export id and the signature, or isn't the last record.",
            "Treat the document as tampered with: bytes after the signed part were changed.";
        RECORD_UNKNOWN = "record-unknown", Error,
            "A record is neither a header, an object nor a trailer.",
            "Don't import the document before you know what wrote it.",
            hides_objects;
        EXPORT_ID_MISMATCH = "export-id-mismatch", Error,
            "A record has another export id than the header, so it comes from another export.",
            "Treat the document as tampered with: it mixes records of several exports.";
        OBJECT_COUNT_MISMATCH = "object-count-mismatch", Error,
            "The header's object count differs from the number of object records.",
            "Records were removed or added. Export again.";
        OBJECT_UNREADABLE = "object-unreadable", Error,
            "An object record can't be read as a syncable object.",
            "Look at the raw record. If the blob is damaged, export again.",
            hides_objects;
        DUPLICATE_OBJECT = "duplicate-object", Error,
            "Two object records have the same type and identifier.",
            "An import would take only one of them. Export again.";
        UNKNOWN_OBJECT_TYPE = "unknown-object-type", Info,
            "This version doesn't know an object's type number.",
            "The type's name comes from the object's revision; a name from the metadata is a guess. Everything else still works.";
        DATA_TYPE_DIFFERS = "data-type-differs", Error,
            "An object has the data of another object type.",
            "No engine writes this, and how an engine imports it is unknown. Export again.";
        TYPE_CONTRADICTED = "type-contradicted", Error,
            "An object's revision names another type than the object's type number.",
            "No engine writes this. This toolkit uses the number; other readers may not. Export again.";
        UNKNOWN_FIELD = "unknown-field", Info,
            "A message has a field that this version doesn't know. It is kept byte for byte.",
            "Nothing. A newer engine may have written it.";
        UNKNOWN_DATA = "unknown-data", Info,
            "This version doesn't know the message type of an object's data. The data is kept byte for byte.",
            "Look at the raw record.";
        FIELD_REPEATED = "field-repeated", Error,
            "A field that holds one value occurs more than once, which no writer does. Engines merge repeated messages, and use \
             the last of repeated texts or numbers.",
            "Reports show what an engine reads; the raw record has all occurrences. Find out who made the document.";
        FIELD_TYPE_DIFFERS = "field-type-differs", Error,
            "A known field has another wire type, so engines treat it as an unknown field.",
            "Look at the raw record, and find out who made the document.";
        INVALID_UTF8 = "invalid-utf8", Warning,
            "A text field isn't valid UTF-8.",
            "The text is shown with replacement characters and kept unchanged. Compare it with the engine.";
        LIMIT_HIT = "limit-hit", Error,
            "The document exceeds a limit on size, count or depth, so part of it was not read.",
            "Raise the limit if you trust the document's origin.",
            hides_objects;
        SECRETS_IN_CLEAR = "secrets-in-clear", Warning,
            "The document has masking keys, lookup rows or segment mappings in clear.",
            "Anyone with the file can repeat or undo the masking. Restrict access to it, or export with a passphrase.";
        ENCRYPTION_CONTRADICTED = "encryption-contradicted", Error,
            "The header announces an encryption, but object records are in clear.",
            "Other readers can see the objects. Treat the document as unencrypted, and export again.";
        SECRETS_UNKNOWN = "secrets-unknown", Warning,
            "This version can't read part of the document, so whether that part has masking keys is unknown.",
            "Treat the document as if it had keys, or read it with a version that knows its types.";
        POSSIBLE_KEY = "possible-key", Warning,
            "A text in an unknown field looks like a masking key in clear.",
            "Look at the raw record. Restrict access to the file, or export with a passphrase.";
        KEY_PRESENT = "key-present", Warning,
            "The document has an engine's global key. Importing it replaces the target's key permanently.",
            "Import it only if you want that: the same values will mask differently afterwards.";
        ENCRYPTED = "encrypted", Info,
            "The object records are encrypted with a passphrase.",
            "Give the passphrase to see the objects.";
        PASSPHRASE_WRONG = "passphrase-wrong", Error,
            "The passphrase doesn't open the document, or the encrypted records were changed.",
            "Ask the person who exported the document for the passphrase.";
        ENCRYPTION_UNKNOWN = "encryption-unknown", Warning,
            "The header announces an encryption scheme that this version doesn't know.",
            "The objects can't be shown. Ask the document's author for an unencrypted one.";

        NOT_ENCRYPTED = "not-encrypted", Info,
            "The objects are in clear, so anyone with the file can read the whole document.",
            "Export with a passphrase if others get the file.";
        HOST_IN_CLEAR = "host-in-clear", Info,
            "A connector's host, JDBC URL, database or schema is in clear and shows where the data is.",
            "Export with a passphrase, or share a redacted copy.";
        USER_IN_CLEAR = "user-in-clear", Info,
            "A user name is in clear.",
            "Export with a passphrase, or share a redacted copy.";
        EMAIL_IN_CLEAR = "email-in-clear", Info,
            "A job's e-mail address is in clear.",
            "Export with a passphrase, or share a redacted copy.";
        PASSWORD_IN_CLEAR = "password-in-clear", Error,
            "A JDBC URL has a password or another secret in clear.",
            "Change the password and keep it out of the URL. Engines store passwords separately.";
    }
    "Metadata against blob" {
        METADATA_NUMBER_AS_TEXT = "metadata-number-as-text", Warning,
            "The metadata has an object's number as text, which engines don't write.",
            "A client saved the document again. The blob is unaffected, but an engine may refuse such metadata.";
        METADATA_MISSES_OBJECT = "metadata-misses-object", Error,
            "An object of the blob isn't in the metadata's exportedObjectList.",
            "The import uses the blob: review it, not the list.",
            trace(EditTrace::Metadata);
        METADATA_EXTRA_OBJECT = "metadata-extra-object", Error,
            "The metadata's exportedObjectList names an object that isn't in the blob.",
            "The import uses the blob, so this object will not be imported.",
            trace(EditTrace::Metadata);
        METADATA_COUNT_MISMATCH = "metadata-count-mismatch", Error,
            "The header's object count differs from the length of exportedObjectList.",
            "The list or the blob was edited. Export again.",
            trace(EditTrace::Metadata);
        HASH_MISMATCH = "hash-mismatch", Error,
            "A revision hash in the metadata differs from the one recomputed from the blob.",
            "The list or the blob was edited. Don't rely on the list.",
            trace(EditTrace::Metadata);
        METADATA_TYPE_DIFFERS = "metadata-type-differs", Error,
            "The metadata gives an object another type than the blob.",
            "The metadata was edited. This toolkit uses the blob's type everywhere.";
        HASH_MISSING = "hash-missing", Warning,
            "An object of exportedObjectList has no revision hash to compare.",
            "A client saved the document again. Use the recomputed hash.",
            trace(EditTrace::LeftOut);
        REQUESTED_NOT_EXPORTED = "requested-not-exported", Warning,
            "A requested object was not exported.",
            "Find out whether the list was edited or the export is incomplete.",
            trace(EditTrace::Metadata);
        DATES_FAR_APART = "dates-far-apart", Warning,
            "exportDate and the time in the blob's header are far apart.",
            "One of them was edited. The signature covers the header's time.",
            trace(EditTrace::FarDates);

        HAND_EDITED = "hand-edited", Warning,
            "The document was edited or saved again after an engine wrote it.",
            "Get the file as the engine wrote it. Otherwise review the blob, and don't rely on the metadata.";
    }
    "Made by this toolkit" {
        REDACTED = "redacted", Warning,
            "The document is a redacted copy: its keys, rows, mappings, hosts and people are stand-ins.",
            "Read it, but don't import it: stand-in keys mask differently from the original.";
    }
    "Two documents" {
        CONTENT_WITHOUT_REVISION = "content-without-revision", Error,
            "Two documents have an object under the same revision with different content. Engines make a new revision on every save.",
            "Find out which of the two was altered. An engine may consider them identical and skip the import.",
            needs(Needs::Baseline);
        REWRITTEN_BY_ENGINE = "rewritten-by-engine", Info,
            "An object has additional content under an unchanged revision. Engine upgrades add such content, but so could an editor.",
            "Nothing, if the engine was upgraded between the exports. Otherwise treat it like content-without-revision.",
            needs(Needs::Baseline);
        ALGORITHM_CHANGED = "algorithm-changed", Warning,
            "An algorithm differs from the baseline, so it may mask differently.",
            "Find out who changed it, and whether masked data has to be masked again.",
            needs(Needs::Baseline);
        BASELINE_NOT_COMPARABLE = "baseline-not-comparable", Error,
            "The document and the baseline can be compared only in part, so changes may be missed.",
            "Give the passphrases, or a complete baseline.",
            needs(Needs::Baseline);
    }
    "Names" {
        DUPLICATE_NAME = "duplicate-name", Error,
            "Two objects have the same name, and engines identify these objects by name alone.",
            "No engine exports this. Rename one of them and export again.";
        NAME_REFUSED = "name-refused", Warning,
            "An object's name breaks the rules that engines enforce since version 6.0.",
            "Rename the object on the exporting engine, or import into an engine older than 6.0.";
    }
    "Graph" {
        MISSING_DEPENDENCY = "missing-dependency", Error,
            "An object depends on one that isn't in the document.",
            "Engines always export all dependencies, so records were removed. Export again.";
        DEPENDENCY_CYCLE = "dependency-cycle", Error,
            "Objects depend on each other in a cycle, so there is no import order.",
            "No engine exports this. Don't import it.";
        ORPHAN_OBJECT = "orphan-object", Warning,
            "No requested object depends on an object, and it was not requested itself.",
            "Find out why it is there before you import it.";
    }
    "Signature and key" {
        UNSIGNED = "unsigned", Error,
            "The document has no signature, no key and no trailer: it was written to be sealed later.",
            "Seal it. Until then nothing shows that it is unchanged, and no engine accepts it.";
        SIGNATURE_INVALID = "signature-invalid", Error,
            "The signature does not verify under the rule that the document declares.",
            "The document was changed after it was sealed. Don't import it.";
        SIGNATURE_UNDETERMINED = "signature-undetermined", Info,
            "No signing rule that this version knows verifies. Which bytes engines sign is not public.",
            "Rely on the other checks and on the file's origin. The importing engine still checks the signature.";
        SIGNATURE_RULE_UNKNOWN = "signature-rule-unknown", Warning,
            "The document declares a signing rule that this version doesn't know.",
            "Use the version of the tool that sealed it.";
        SIGNATURE_MISMATCH = "signature-mismatch", Error,
            "The signature in the blob's trailer differs from the one in the JSON.",
            "One of the two was replaced. Don't import the document.";
        SIGNATURE_BROKEN = "signature-broken", Error,
            "The signature isn't a DER sequence of two integers in range.",
            "The document is damaged or tampered with. Export again.";
        KEY_BROKEN = "key-broken", Error,
            "The public key isn't a usable DSA key.",
            "The document is damaged or tampered with. Export again.";
        KEY_WEAK = "key-weak", Warning,
            "The signing key is shorter than 2048 bits, so a signature can be forged now or soon. For the 512-bit keys that engines use, this is only information.",
            "Don't treat the signature as proof of origin. Protect the file in other ways.";
        HASH_ALGORITHM_WEAK = "hash-algorithm-weak", Info,
            "The signature uses SHA-1, for which collisions are feasible.",
            "Don't treat the signature as proof of origin.";
        KEY_NOT_TRUSTED = "key-not-trusted", Warning,
            "The document isn't signed by a trusted key.",
            "Find out who sealed the document. If you know the key, add its fingerprint.",
            needs(Needs::Policy("allow.keys"));
        SEALED_BY_TOOLKIT = "sealed-by-toolkit", Warning,
            "This toolkit sealed the document, not an engine: it uses one of this toolkit's signing rules.",
            "Find out who made it: anyone can seal a document.";
        ENGINE_SIGNATURE_MISSING = "engine-signature-missing", Info,
            "This toolkit signed the document again, so an importing engine can't verify the original signature.",
            "Import the engine's own export if you can.";
        NON_CANONICAL_DER = "non-canonical-der", Warning,
            "The key or the signature has an encoding that DER forbids but some verifiers accept.",
            "Compare with the original. Engines write canonical DER.";
    }
    "Policy" {
        DOCUMENT_TOO_OLD = "document-too-old", Error,
            "The export is older than the policy allows, or its age is unknown.",
            "Export again. The source may have changed since.",
            needs(Needs::Policy("allow.max-age"));
        HOST_NOT_ALLOWED = "host-not-allowed", Error,
            "The metadata names a host that the policy doesn't allow. The metadata is not signed.",
            "Find out where the document comes from. If the host is right, add it to the policy.",
            needs(Needs::Policy("allow.hosts"));
        TYPE_DENIED = "type-denied", Error,
            "The document has an object of a type that the policy denies.",
            "Export without it, or extract the other objects.",
            needs(Needs::Policy("types.deny"));
        TYPE_MISSING = "type-missing", Error,
            "The document has no object of a type that the policy requires.",
            "Export the right objects, or use the policy that is meant for the document.",
            needs(Needs::Policy("types.require"));
        IGNORE_UNUSED = "ignore-unused", Warning,
            "An ignore in the policy matches no finding.",
            "Remove it from the policy, so that it can't hide later findings.",
            needs(Needs::Policy("ignore"));
        IGNORE_EXPIRED = "ignore-expired", Warning,
            "An ignore in the policy has expired, so its findings count again.",
            "Resolve the findings, or give the ignore a new reason and date.",
            needs(Needs::Policy("ignore.until"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_texts_are_sentences() {
        let mut seen = std::collections::HashSet::new();
        for rule in REGISTRY {
            assert!(seen.insert(rule.id), "{} twice", rule.id);
            assert!(
                rule.id
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            );
            assert!(
                rule.meaning.ends_with('.') && rule.action.ends_with('.'),
                "{}",
                rule.id
            );
        }
    }

    /// Decide for a new error whether a new document would drop objects that it hides; see `src/reuse.rs`.
    #[test]
    fn errors_of_reading_say_whether_they_hide_objects() {
        let hide_none = [
            &DUPLICATE_KEY,
            &MISSING_MEMBER,
            &WRONG_TYPE,
            &TRAILER_MISSING,
            &TRAILER_NOT_CANONICAL,
            &EXPORT_ID_MISMATCH,
            &OBJECT_COUNT_MISMATCH,
            &DUPLICATE_OBJECT,
            &DATA_TYPE_DIFFERS,
            &TYPE_CONTRADICTED,
            &FIELD_REPEATED,
            &FIELD_TYPE_DIFFERS,
            &ENCRYPTION_CONTRADICTED,
            // A refusal of its own.
            &PASSPHRASE_WRONG,
            &PASSWORD_IN_CLEAR,
        ];
        for rule in REGISTRY {
            let of_reading = ["JSON envelope", "Blob and records"].contains(&rule.topic);
            if of_reading && rule.severity == Severity::Error {
                assert_ne!(rule.hides_objects, hide_none.contains(rule), "{}", rule.id);
            }
        }
    }

    #[test]
    fn every_rule_is_found_by_its_id() {
        for rule in REGISTRY {
            assert_eq!(by_id(rule.id).map(|r| r.id), Some(rule.id));
        }
        assert!(by_id("no-such-finding").is_none());
    }
}
