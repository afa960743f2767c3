//! Every finding that there is, with its id, its severity, what it means and what to do.
//!
//! Invariant: this is the only place that creates ids, so `exportdoc explain`, the documentation and the reports cannot
//! disagree.

use super::Severity;

/// An entry of the registry.
#[derive(Debug, PartialEq, Eq)]
pub struct FindingRule {
    /// Stable kebab-case id.
    pub id: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What it is about; rules of one topic stand together in the registry.
    pub topic: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
    /// What to do about it.
    pub action: &'static str,
}

/// Looks an id up in the [`REGISTRY`].
pub fn by_id(id: &str) -> Option<&'static FindingRule> {
    REGISTRY.iter().copied().find(|rule| rule.id == id)
}

/// Ids that have a word in common with this one, the most similar first, for a mistyped one.
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
    ($($topic:literal { $($name:ident = $id:literal, $severity:ident, $meaning:literal, $action:literal;)* })*) => {
        $($(
            #[doc = $meaning]
            pub static $name: FindingRule = FindingRule {
                id: $id,
                severity: Severity::$severity,
                topic: $topic,
                meaning: $meaning,
                action: $action,
            };
        )*)*
        /// Every finding the toolkit can make, by topic.
        pub static REGISTRY: &[&FindingRule] = &[$($(&$name),*),*];
    };
}

registry! {
    "JSON envelope" {
        BYTE_ORDER_MARK = "byte-order-mark", Warning,
            "The file starts with a UTF-8 byte order mark, which engines don't write.",
            "Some editor saved it again; compare with the original and keep the file as the engine wrote it.";
        READ_INDIRECTLY = "read-indirectly", Info,
            "The document was read out of something else: an archive, a compressed file, UTF-16 text, a Python pickle, or behind a link that leads out of the directory given.",
            "Nothing, if you expect it; an engine takes the JSON document alone, and --no-follow reports links as errors.";
        DUPLICATE_KEY = "duplicate-key", Error,
            "A JSON object names a member twice, so readers may disagree on which one counts.",
            "Treat the document as tampered with; export again.";
        MISSING_MEMBER = "missing-member", Error,
            "A member that every export document has is missing.",
            "Get the complete document; clients that re-save exports sometimes drop parts of it.";
        WRONG_TYPE = "wrong-type", Error,
            "A member holds another JSON type than engines write.",
            "Export again, or restore the member from the original.";
        TRAILING_DATA = "trailing-data", Error,
            "Bytes follow the end of the JSON document.",
            "Check whether two documents were concatenated; keep only the original bytes.";
        UNKNOWN_MEMBER = "unknown-member", Info,
            "The envelope has a member this version doesn't know; it is kept as it is.",
            "Nothing, unless you did not expect it.";
        ESCAPED_TEXT = "escaped-text", Info,
            "The base64 text is written with JSON escapes such as \\/ or \\u003d.",
            "Nothing; some JSON writers escape these characters.";
        BASE64_LINE_BREAKS = "base64-line-breaks", Warning,
            "The base64 text is broken into lines, which engines don't do.",
            "Restore the original text if the importing engine refuses it.";
        BASE64_MISSING_PADDING = "base64-missing-padding", Warning,
            "The base64 text lacks its closing '=' padding.",
            "Restore the original text if the importing engine refuses it.";
        BASE64_URL_ALPHABET = "base64-url-alphabet", Warning,
            "The base64 text uses the URL alphabet ('-' and '_').",
            "Restore the original text if the importing engine refuses it.";
        BASE64_TRAILING_BITS = "base64-trailing-bits", Warning,
            "The last base64 character carries bits that no byte uses.",
            "Harmless to read, but no engine writes it; compare with the original.";
        BASE64_BROKEN = "base64-broken", Error,
            "The base64 text breaks off or holds a character that isn't base64.",
            "Get the complete document; what follows the place can't be read.";
        DATE_NOT_UNDERSTOOD = "date-not-understood", Warning,
            "exportDate isn't in the form engines write (Java's Date.toString).",
            "The date is only a label; the time in the blob's header counts.";
        DATE_WRONG_WEEKDAY = "date-wrong-weekday", Warning,
            "exportDate names a weekday that doesn't belong to its date.",
            "Somebody edited it by hand; trust the blob's header instead.";
        DATE_ZONE_AMBIGUOUS = "date-zone-ambiguous", Info,
            "exportDate's time zone abbreviation doesn't name one offset.",
            "Read it as local time of the exporting engine; the blob's header has the instant in UTC.";
        METADATA_SNAKE_CASE = "metadata-snake-case", Info,
            "The metadata's names are written like export_host instead of exportHost.",
            "Some client re-saved the document; engines may not understand these names, the blob is unaffected.";
        REQUESTED_LIST_MISSING = "requested-list-missing", Warning,
            "The metadata doesn't say which objects were requested.",
            "Some client re-saved the document; the blob still holds every object.";
    }
    "Blob and records" {
        FRAMING_BROKEN = "framing-broken", Error,
            "The blob doesn't split into records: a length points past its end, or a record isn't a message.",
            "The blob is damaged or cut off; export again.";
        HEADER_MISSING = "header-missing", Error,
            "The first record isn't a header with export id, time and object count.",
            "The blob is damaged; export again.";
        FORMAT_NEWER = "format-newer", Info,
            "The header's format number is above every one that this version has seen.",
            "The document is read all the same; look for unknown-field and unknown-data, and use a newer version if there is one.";
        TRAILER_MISSING = "trailer-missing", Error,
            "No trailer record closes the blob.",
            "The blob was cut off; export again.";
        TRAILER_NOT_CANONICAL = "trailer-not-canonical", Error,
            "The trailer record holds something beside the export id and the signature, or isn't the last record.",
            "Treat the document as tampered with: bytes after the signed part were changed.";
        RECORD_UNKNOWN = "record-unknown", Error,
            "A record is neither header, object nor trailer.",
            "Don't import it before you know what wrote it.";
        EXPORT_ID_MISMATCH = "export-id-mismatch", Error,
            "A record carries another export id than the header, so it comes from another export.",
            "Treat the document as tampered with: records were mixed.";
        OBJECT_COUNT_MISMATCH = "object-count-mismatch", Error,
            "The header's object count differs from the number of object records.",
            "Records were dropped or added; export again.";
        OBJECT_UNREADABLE = "object-unreadable", Error,
            "An object record can't be read as a syncable object.",
            "Look at it with 'inspect --raw'; export again if the blob is damaged.";
        DUPLICATE_OBJECT = "duplicate-object", Error,
            "Two object records have the same type and identifier.",
            "An import would take only one of them; export again.";
        UNKNOWN_OBJECT_TYPE = "unknown-object-type", Info,
            "An object's numeric type is not in this version's table.",
            "Its name is taken from the object's revision; a name from the metadata is a guess. Everything else still works.";
        DATA_TYPE_DIFFERS = "data-type-differs", Error,
            "An object carries the data of another type of object.",
            "No engine writes this; what an importing engine makes of it isn't known. Export again.";
        TYPE_CONTRADICTED = "type-contradicted", Error,
            "The revision inside an object names another type than the object's number.",
            "No engine writes this: the number counts here, and another reader may take the object for something else. Export again.";
        UNKNOWN_FIELD = "unknown-field", Info,
            "A message carries a field this version doesn't know; it is kept byte for byte.",
            "Nothing; a newer engine may have written it.";
        UNKNOWN_DATA = "unknown-data", Info,
            "An object's data is of a message type this version doesn't know; it is kept byte for byte.",
            "Look at it with 'inspect --raw'.";
        FIELD_REPEATED = "field-repeated", Error,
            "A field that holds one value occurs more than once. Engines merge the occurrences of a message and take the last \
             of a text or number; no writer makes them.",
            "What is shown is what an engine reads; 'inspect --raw' shows all occurrences. Ask who made the document.";
        FIELD_TYPE_DIFFERS = "field-type-differs", Error,
            "A known field has another wire type, so that engines take it for an unknown field.",
            "'inspect --raw' shows it. Ask who made the document.";
        INVALID_UTF8 = "invalid-utf8", Warning,
            "A text field isn't valid UTF-8.",
            "Shown with replacement characters, kept as it is; compare with the engine.";
        LIMIT_HIT = "limit-hit", Error,
            "The document exceeds a limit on size, count or depth, so part of it wasn't read.",
            "Raise the limit if you trust where the document comes from.";
        SECRETS_IN_CLEAR = "secrets-in-clear", Warning,
            "The document holds masking keys, lookup rows or segment mappings in clear.",
            "Anyone who has the file can repeat or undo the masking: restrict it, or export with a passphrase.";
        ENCRYPTION_CONTRADICTED = "encryption-contradicted", Error,
            "The header announces an encryption, and object records stand in clear.",
            "Other readers see the objects: treat the document as one in clear, and export again.";
        SECRETS_UNKNOWN = "secrets-unknown", Warning,
            "Part of the document can't be read by this version, so it isn't known whether masking keys stand in it.",
            "Treat the document as one that holds keys, or read it with a version that knows its types.";
        POSSIBLE_KEY = "possible-key", Warning,
            "A text that no table knows looks like a masking key in clear.",
            "Look at it with 'inspect --raw'; restrict the file, or export with a passphrase.";
        KEY_PRESENT = "key-present", Warning,
            "The document holds an engine's global key; importing it replaces the target's key for good.",
            "Import it only where that is meant; what was masked before will mask differently after.";
        ENCRYPTED = "encrypted", Info,
            "The object records are encrypted with a passphrase.",
            "Give the passphrase to look inside.";
        PASSPHRASE_WRONG = "passphrase-wrong", Error,
            "The passphrase doesn't open the document, or the encrypted records were changed.",
            "Ask whoever exported the document for the passphrase.";
        ENCRYPTION_UNKNOWN = "encryption-unknown", Warning,
            "The header announces an encryption scheme that this version doesn't know.",
            "The objects can't be shown; ask whoever made the document for an unencrypted one.";

        NOT_ENCRYPTED = "not-encrypted", Info,
            "The objects stand in clear: whoever has the file can read everything that the document holds.",
            "Export with a passphrase where the file leaves your hands.";
        HOST_IN_CLEAR = "host-in-clear", Info,
            "A connector's host, JDBC URL, database or schema stands in clear, which tells where the data is.",
            "Export with a passphrase, or share a copy made by 'exportdoc redact'.";
        USER_IN_CLEAR = "user-in-clear", Info,
            "A name that people or programs log in with stands in clear.",
            "Export with a passphrase, or share a copy made by 'exportdoc redact'.";
        EMAIL_IN_CLEAR = "email-in-clear", Info,
            "A job's e-mail address stands in clear.",
            "Export with a passphrase, or share a copy made by 'exportdoc redact'.";
        PASSWORD_IN_CLEAR = "password-in-clear", Error,
            "A JDBC URL carries a password or another secret in clear.",
            "Change that password, then keep it out of the URL: engines store it apart from there.";
    }
    "Metadata against blob" {
        METADATA_NUMBER_AS_TEXT = "metadata-number-as-text", Warning,
            "The metadata writes an object's number as text, which engines don't.",
            "Some client re-saved the document; the blob is unaffected, but an engine may refuse such metadata.";
        METADATA_MISSES_OBJECT = "metadata-misses-object", Error,
            "An object of the blob isn't in the metadata's exportedObjectList.",
            "The blob is what gets imported: review it, not the list.";
        METADATA_EXTRA_OBJECT = "metadata-extra-object", Error,
            "The metadata's exportedObjectList names an object that isn't in the blob.",
            "The blob is what gets imported: this object will not be.";
        METADATA_COUNT_MISMATCH = "metadata-count-mismatch", Error,
            "The header's object count differs from the length of exportedObjectList.",
            "List or blob was edited; export again.";
        HASH_MISMATCH = "hash-mismatch", Error,
            "A revision hash in the metadata differs from the one recomputed from the blob.",
            "The list or the blob was edited; don't rely on the list.";
        METADATA_TYPE_DIFFERS = "metadata-type-differs", Error,
            "The metadata calls an object by another type than the blob does.",
            "The blob counts, for every rule and every selector; the metadata was edited.";
        HASH_MISSING = "hash-missing", Warning,
            "An object of exportedObjectList has no revision hash to compare.",
            "Some client re-saved the document; the recomputed hash counts.";
        REQUESTED_NOT_EXPORTED = "requested-not-exported", Warning,
            "A requested object isn't among the exported ones.",
            "The list was edited, or the export is incomplete.";
        DATES_FAR_APART = "dates-far-apart", Warning,
            "exportDate and the time in the blob's header are far apart.",
            "One of them was edited; the header's is covered by the signature.";

        HAND_EDITED = "hand-edited", Warning,
            "The document bears traces of having been edited or saved again after an engine wrote it.",
            "Get the file as the engine wrote it; where you can't, review the blob and don't rely on the metadata.";
    }
    "Composed by this toolkit" {
        REDACTED = "redacted", Warning,
            "The document is a copy made for sharing: keys, rows, mappings, hosts and people in it are stand-ins.",
            "Read it, but don't import it: masking with stand-in keys gives other results than the original.";
    }
    "Two documents" {
        CONTENT_WITHOUT_REVISION = "content-without-revision", Error,
            "Two documents give an object the same revision but different content, which no engine does: every save makes a new one.",
            "Find out which of the two was altered; an importing engine may take them for the same and skip one.";
        REWRITTEN_BY_ENGINE = "rewritten-by-engine", Info,
            "Under an unchanged revision an object has something more, which engines write at an upgrade; an editor could too.",
            "Nothing, if the engine was upgraded between the two exports; else treat it like content-without-revision.";
        ALGORITHM_CHANGED = "algorithm-changed", Warning,
            "An algorithm that the baseline document has, too, isn't as it is there, so what is masked with it may come out different.",
            "Find out who changed it and whether data masked before has to be masked again.";
        BASELINE_NOT_COMPARABLE = "baseline-not-comparable", Error,
            "The document and the baseline can't be compared whole, so changes may have gone unseen.",
            "Give the passphrases, or a baseline that can be read to its end.";
    }
    "Names" {
        DUPLICATE_NAME = "duplicate-name", Error,
            "Two objects that an importing engine tells apart by name alone have the same one.",
            "No engine exports this; rename one of them and export again.";
        NAME_REFUSED = "name-refused", Warning,
            "An object's name breaks the rules that engines enforce since version 6.0.",
            "Rename the object on the exporting engine, or import into an engine older than 6.0.";
    }
    "Graph" {
        MISSING_DEPENDENCY = "missing-dependency", Error,
            "An object depends on one that isn't in the document.",
            "Engines always export the whole closure; records were dropped. Export again.";
        DEPENDENCY_CYCLE = "dependency-cycle", Error,
            "Objects depend on each other in a circle, so no import order exists.",
            "No engine exports this; don't import it.";
        ORPHAN_OBJECT = "orphan-object", Warning,
            "An object was neither requested nor is it a dependency of a requested one.",
            "Find out why it is there before you import it.";
    }
    "Signature and key" {
        UNSIGNED = "unsigned", Error,
            "The document carries neither signature, key nor trailer: it was written to be sealed later.",
            "Seal it with 'exportdoc seal'; as it is, nothing shows that it is unchanged, and no engine takes it.";
        SIGNATURE_INVALID = "signature-invalid", Error,
            "The signature does not fit the blob under the rule that the document declares.",
            "The document was changed after it was sealed; don't import it.";
        SIGNATURE_UNDETERMINED = "signature-undetermined", Info,
            "No signing rule known to this version verifies; engines don't publish which bytes they sign.",
            "Rely on the other checks and on where the file came from; the importing engine still checks it.";
        SIGNATURE_RULE_UNKNOWN = "signature-rule-unknown", Warning,
            "The document declares a signing rule that this version doesn't know.",
            "Use the version of the tool that sealed it.";
        SIGNATURE_MISMATCH = "signature-mismatch", Error,
            "The signature in the blob's trailer differs from the one in the JSON.",
            "One of the two was exchanged; don't import it.";
        SIGNATURE_BROKEN = "signature-broken", Error,
            "The signature isn't a DER sequence of two integers in range.",
            "The document is damaged or tampered with; export again.";
        KEY_BROKEN = "key-broken", Error,
            "The public key isn't a usable DSA key.",
            "The document is damaged or tampered with; export again.";
        KEY_WEAK = "key-weak", Warning,
            "The signing key is shorter than 2048 bits, so that forging it is feasible or will be; of the kind that every engine has, it is information.",
            "Don't take the signature for proof of origin; protect the file in other ways.";
        HASH_ALGORITHM_WEAK = "hash-algorithm-weak", Info,
            "The signature uses SHA-1, for which collisions are feasible.",
            "Don't take the signature for proof of origin.";
        KEY_NOT_TRUSTED = "key-not-trusted", Warning,
            "No trusted key vouches for the document.",
            "Find out who sealed the document, or add the key's fingerprint if you know it.";
        SEALED_BY_TOOLKIT = "sealed-by-toolkit", Warning,
            "The document declares one of this project's signing rules: it was sealed by this toolkit, not by an engine.",
            "Anybody can seal a document; this says nothing about who made it.";
        ENGINE_SIGNATURE_MISSING = "engine-signature-missing", Info,
            "The document was signed anew by this toolkit, so an importing engine can't check what an engine signed.",
            "Import the engine's own export where you can get it.";
        NON_CANONICAL_DER = "non-canonical-der", Warning,
            "Key or signature are encoded in a form that DER forbids but some verifiers accept.",
            "Compare with the original; engines write canonical DER.";
    }
    "What a policy says" {
        DOCUMENT_TOO_OLD = "document-too-old", Error,
            "The export is older than the policy allows, or its age can't be told.",
            "Export again: the source may have changed since.";
        HOST_NOT_ALLOWED = "host-not-allowed", Error,
            "The document doesn't come from a host that the policy allows, as far as its unsigned metadata can be believed.",
            "Find out where it comes from; add the host to the policy if it should be there.";
        TYPE_DENIED = "type-denied", Error,
            "The document holds an object of a type that the policy denies.",
            "Export without it, or take it out with 'exportdoc extract'.";
        TYPE_MISSING = "type-missing", Error,
            "The document holds no object of a type that the policy requires.",
            "Export the right objects, or give the document the policy that is meant for it.";
        IGNORE_UNUSED = "ignore-unused", Warning,
            "An ignore of the policy covers nothing that was found.",
            "Take it out of the policy, so that it can't hide what comes later.";
        IGNORE_EXPIRED = "ignore-expired", Warning,
            "An ignore of the policy has expired, so what it covers counts again.",
            "Settle what it was for, or give it a new reason and date.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_kebab_case_and_texts_are_sentences() {
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

    #[test]
    fn lookup_finds_every_rule_by_its_id() {
        for rule in REGISTRY {
            assert_eq!(by_id(rule.id).map(|r| r.id), Some(rule.id));
        }
        assert!(by_id("no-such-finding").is_none());
    }
}
