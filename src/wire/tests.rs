use proptest::prelude::*;

use super::*;

fn arbitrary_message(depth: u32) -> BoxedStrategy<Vec<u8>> {
    let number = 1_u32..40;
    let scalar = prop_oneof![
        (number.clone(), any::<u64>()).prop_map(|(n, v)| Writer::new().varint(n, v).finish()),
        (number.clone(), proptest::collection::vec(any::<u8>(), 0..20))
            .prop_map(|(n, v)| Writer::new().bytes(n, &v).finish()),
        (number.clone(), any::<[u8; 8]>()).prop_map(|(n, v)| [
            vec![(n << 3 | 1) as u8 | 0x80, (n >> 4) as u8],
            v.to_vec()
        ]
        .concat()),
        (number.clone(), any::<[u8; 4]>()).prop_map(|(n, v)| [
            vec![(n << 3 | 5) as u8 | 0x80, (n >> 4) as u8],
            v.to_vec()
        ]
        .concat()),
        // a varint written longer than needed
        (1_u8..15).prop_map(|n| vec![n << 3 | 0x80, 0x80, 0, 0x81, 0x80, 0x00]),
    ];
    let field = if depth == 0 {
        scalar.boxed()
    } else {
        prop_oneof![
            3 => scalar,
            1 => (number, arbitrary_message(depth - 1)).prop_map(|(n, m)| Writer::new().bytes(n, &m).finish()),
            1 => (1_u8..15, arbitrary_message(depth - 1))
                .prop_map(|(n, m)| [vec![n << 3 | 3], m, vec![n << 3 | 4]].concat()),
        ]
        .boxed()
    };
    proptest::collection::vec(field, 0..6)
        .prop_map(|fields| fields.concat())
        .boxed()
}

proptest! {
    #[test]
    fn concatenated_raw_fields_are_the_message(bytes in arbitrary_message(3)) {
        let message = Message::parse(&bytes).unwrap();
        let again: Vec<u8> = message.fields().flat_map(|f| f.raw.to_vec()).collect();
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(message) = Message::parse(&bytes) {
            let again: Vec<u8> = message.fields().flat_map(|f| f.raw.to_vec()).collect();
            prop_assert_eq!(&again, &bytes);
            dump(message, DumpLimits::default());
        }
    }
}

fn kind(bytes: &[u8]) -> WireErrorKind {
    Message::parse(bytes).unwrap_err().kind
}

#[test]
fn each_kind_of_damage_is_named() {
    assert_eq!(kind(&[0x08]), WireErrorKind::BreaksOff);
    assert_eq!(kind(&[0x08, 0x80]), WireErrorKind::BreaksOff);
    assert_eq!(kind(&[0x09, 1, 2]), WireErrorKind::BreaksOff);
    assert_eq!(
        kind(&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]),
        WireErrorKind::VarintTooLong
    );
    assert_eq!(kind(&[0x00, 0x00]), WireErrorKind::FieldNumber);
    assert_eq!(kind(&[0x0e, 0x00]), WireErrorKind::WireType);
    assert_eq!(kind(&[0x0a, 0x05, b'a']), WireErrorKind::LengthPastEnd);
    assert_eq!(
        kind(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
        WireErrorKind::LengthPastEnd
    );
    assert_eq!(kind(&[0x0b]), WireErrorKind::Group);
    assert_eq!(kind(&[0x0c]), WireErrorKind::Group);
    assert_eq!(kind(&[0x0b, 0x14]), WireErrorKind::Group);
    assert_eq!(kind(&[0x0b; 100]), WireErrorKind::Depth);
}

#[test]
fn error_offset_is_that_of_the_broken_field() {
    assert_eq!(Message::parse(&[0x08, 0x01, 0x0a, 0x7f]).unwrap_err().offset, 2);
}

#[test]
fn the_last_of_a_repeated_scalar_counts() {
    let bytes = Writer::new().varint(1, 5).varint(1, 6).finish();
    assert_eq!(Message::parse(&bytes).unwrap().varint(1), Some(6));
}

/// A message of about so many bytes: field 1 holds a message whose field 1 holds a message, down to an empty one. Written
/// back to front, since each length depends on what it encloses.
fn nested(bytes: usize) -> Vec<u8> {
    let mut reversed = Vec::with_capacity(bytes + 16);
    while reversed.len() < bytes {
        let header = Writer::new().varint(1, reversed.len() as u64).finish();
        // Field 1 as wire type 2: the length is written as a varint just like a value.
        reversed.extend(header[1..].iter().rev());
        reversed.push(0x0a);
    }
    reversed.reverse();
    reversed
}

#[test]
fn a_megabyte_of_nested_messages_is_dumped_to_its_depth_limit() {
    let bytes = nested(1 << 20);
    let limits = DumpLimits {
        depth: 8,
        ..DumpLimits::default()
    };
    let (mut nodes, cut) = dump(Message::parse(&bytes).unwrap(), limits);
    assert!(!cut);
    for _ in 0..limits.depth {
        let [
            DumpNode {
                value: DumpValue::Message(inner),
                ..
            },
        ] = nodes.as_slice()
        else {
            panic!("{nodes:?}");
        };
        nodes = inner.clone();
    }
    assert!(matches!(&nodes[..], [DumpNode { value: DumpValue::Bytes(rest), .. }] if rest.len() > 1_000_000));
}
