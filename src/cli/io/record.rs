//! Finds one record of a document, for `inspect --raw`.

use std::collections::BTreeMap;

use exportdoc::internal::blob::{BlobLimits, Record, RecordReader};
use exportdoc::internal::envelope::Envelope;
use exportdoc::internal::object::{SyncObject, misspelt_type, type_of};

use crate::cli::error::{CliError, user_error};
use crate::cli::hints::one_of;
use crate::outcome::document::Unreadable;
use crate::render::text::raw::FoundRecord;

/// Finds the record that `wanted` names: `#NUMBER`, `TYPE:ID`, an identifier or a name.
pub(crate) fn find(label: &str, input: &[u8], wanted: &str) -> Result<FoundRecord, CliError> {
    let envelope =
        Envelope::parse(input).map_err(|error| CliError::unreadable(label, Unreadable::from(error)))?;
    let blob = envelope
        .blob()
        .ok_or_else(|| user_error("there is no blob").about(label))?;
    let (bytes, _) = blob.decode();
    let mut reader = RecordReader::new(&bytes[..], BlobLimits::default());
    let number = wanted
        .strip_prefix('#')
        .and_then(|digits| digits.parse::<u64>().ok());
    let (mut found, mut keys) = (None, Vec::new());
    // Damage ends the search; the records before it can still be shown.
    while let Ok(Some(record)) = reader.next_record() {
        let key = (record.index > 0)
            .then(|| key_if_named(record.message, wanted))
            .flatten();
        if number == Some(record.index) || key.is_some() {
            keys.extend(key);
            found.get_or_insert_with(|| FoundRecord {
                index: record.index,
                offset: record.offset,
                message: record.message.to_vec(),
            });
        }
    }
    if keys.len() > 1 {
        let message = format!("{label}: {} objects match '{wanted}'", keys.len());
        return Err(user_error(message).hinted(one_of(&keys)));
    }
    found.ok_or_else(|| {
        let hint = misspelt_type(wanted).unwrap_or_else(|| {
            "give '#NUMBER' (0 is the header), 'TYPE:ID', an identifier or a name".to_owned()
        });
        user_error(format!("{label}: no record matches '{wanted}'")).hinted(hint)
    })
}

/// The object's `TYPE:ID`, if `wanted` is that, its identifier or its name.
fn key_if_named(message: &[u8], wanted: &str) -> Option<String> {
    let Ok(Record::Object(record)) = Record::parse(message) else {
        return None;
    };
    let object = SyncObject::parse(record.object).ok()?;
    let identifier = object.key().identifier.to_string();
    let full = format!("{}:{identifier}", type_of(&object, &BTreeMap::new()));
    let by_number = format!("{}:{identifier}", object.key().type_number);
    let matches = [&full, &by_number, &identifier].contains(&&wanted.to_owned())
        || object.name().as_deref() == Some(wanted);
    matches.then_some(full)
}
