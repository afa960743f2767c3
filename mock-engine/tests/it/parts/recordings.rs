//! Bodies in recordings.

use bytes::Bytes;
use mock_engine::internal::recording::{is_document, read_form, write_form};

#[test]
fn form_is_read_and_written_again() {
    let bytes: &[u8] = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\
        Content-Type: application/json\r\n\r\n{}\r\n--b\r\ncontent-disposition: form-data; name=x\r\n\r\n1\r\n2\r\n--b--\r\n";
    let read = |kind: &str, bytes: &Bytes| {
        let parts = read_form(kind, bytes).unwrap().into_iter();
        parts
            .map(|part| (part.name, part.file_name, part.content_type, part.bytes))
            .collect::<Vec<_>>()
    };
    let parts = read_form("multipart/form-data; boundary=b", &Bytes::from_static(bytes)).unwrap();
    assert_eq!(&parts[1].bytes[..], b"1\r\n2");
    let (kind, written) = write_form(&parts);
    assert_eq!(
        read(&kind, &written),
        read("multipart/form-data; boundary=b", &Bytes::from_static(bytes))
    );
    assert!(read_form("multipart/form-data; boundary=c", &Bytes::from_static(bytes)).is_none());
}

#[test]
fn document_is_known_by_its_members() {
    assert!(is_document(b" {\"blob\":\"\",\"exportResponseMetadata\":{}}}"));
    for other in ["", "{}", "[{\"blob\":1}]", "{\"blob\":1}", "{\"blob\""] {
        assert!(!is_document(other.as_bytes()), "{other}");
    }
}
