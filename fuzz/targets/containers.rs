//! Containers of documents: any bytes give a bounded output, and a list loses no document.

use std::io::{Cursor, Read};

use exportdoc::internal::byte_order_mark::Utf16;
use exportdoc::internal::container::{Documents, OneDocument, Utf16Reader, gunzip, only_entry, unpickle};

/// Bytes that are unpacked at most.
const UNPACKED: u64 = 1 << 20;

/// Bytes as each kind of container, and as a list of documents.
pub fn containers(data: &[u8]) {
    match unpickle(data) {
        Ok(json) => assert!(json.len() <= data.len() * 64 + 64, "{} bytes", json.len()),
        Err(error) => assert!(!error.to_string().is_empty() && !error.help().is_empty()),
    }
    let _ = gunzip(data).take(UNPACKED).read_to_end(&mut Vec::new());
    if let Ok((_, entry)) = only_entry(Cursor::new(data)) {
        let _ = entry.take(UNPACKED).read_to_end(&mut Vec::new());
    }
    for order in [Utf16::LittleEndian, Utf16::BigEndian] {
        let mut text = Vec::new();
        if Utf16Reader::new(data, order).read_to_end(&mut text).is_ok() {
            assert!(String::from_utf8(text).is_ok());
        }
    }
    list(data);
}

/// A text comes apart into the same documents for every reader, and one that holds a single document stays whole.
fn list(data: &[u8]) {
    let mut documents = Documents::new(data, data).expect("bytes can be read");
    let (mut count, mut bytes, mut first) = (0, 0, Vec::new());
    let broken = loop {
        match documents.next_document() {
            Ok(None) => break false,
            Ok(Some(mut element)) => {
                let mut document = Vec::new();
                let read = element.read_to_end(&mut document);
                bytes += document.len();
                count += 1;
                if count == 1 {
                    first = document;
                }
                if read.is_err() {
                    break true;
                }
            }
            Err(_) => break true,
        }
    };
    assert!(bytes <= data.len());
    let is_list = documents.is_list();
    if !is_list {
        assert_eq!(first, data);
    }
    let mut only = Vec::new();
    let one = OneDocument::new(data, data).and_then(|mut one| one.read_to_end(&mut only));
    assert_eq!(one.is_ok(), count == 1 && !broken);
    if one.is_ok() {
        assert_eq!(only, first);
    }
}
