use std::io::BufReader;

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

/// The heads of a message in memory, which a stream must give too.
fn heads(bytes: &[u8]) -> (Vec<FieldHead>, Option<WireError>) {
    let (mut heads, mut error) = (Vec::new(), None);
    for field in fields(bytes) {
        match field {
            Ok(field) => heads.push(FieldHead {
                number: field.number,
                value: field.value.into(),
                offset: field.offset as u64,
                value_offset: match field.value {
                    Value::Bytes(_) => field.value_offset() as u64,
                    _ => (field.offset + field.raw.len()) as u64,
                },
            }),
            Err(found) => error = Some(found),
        }
    }
    (heads, error)
}

/// The heads from a stream of `piece` bytes at a time that continues behind the message.
fn streamed(bytes: &[u8], piece: usize) -> (Vec<FieldHead>, Option<WireError>) {
    let source = [bytes, &[0x08; 20]].concat();
    let mut cursor = Cursor::new(BufReader::with_capacity(piece, &source[..]));
    let mut message = cursor.message(bytes.len() as u64);
    assert_eq!(message.length(), bytes.len() as u64);
    let mut heads = Vec::new();
    let error = loop {
        match message.next_field() {
            Ok(Some(head)) => heads.push(head),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    assert_eq!(message.next_field(), Ok(None), "it ended");
    (heads, error)
}

proptest! {
    #[test]
    fn stream_and_slice_have_the_same_fields_and_fault(
        bytes in arbitrary_message(3),
        damage in proptest::option::of((any::<proptest::sample::Index>(), any::<u8>())),
        piece in 1_usize..30,
    ) {
        let mut bytes = bytes;
        if let Some((at, byte)) = damage && !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        prop_assert_eq!(streamed(&bytes, piece), heads(&bytes));
    }
}

/// The fault that both readers report.
fn fault(bytes: &[u8]) -> Option<WireErrorKind> {
    let (whole, error) = heads(bytes);
    for piece in [1, 7, 1000] {
        assert_eq!(streamed(bytes, piece), (whole.clone(), error));
    }
    error.map(|error| error.kind)
}

fn kind(bytes: &[u8]) -> WireErrorKind {
    fault(bytes).unwrap()
}

#[test]
fn field_numbers_end_at_the_limit_of_protobuf() {
    let highest = Writer::new().varint((1 << 29) - 1, 7).finish();
    assert_eq!(Message::parse(&highest).unwrap().varint((1 << 29) - 1), Some(7));
    assert_eq!(fault(&highest), None);
    // Tag 2^29 << 3, wire type 0.
    assert_eq!(
        kind(&[0x80, 0x80, 0x80, 0x80, 0x10, 0x07]),
        WireErrorKind::FieldNumber
    );
    assert_eq!(fault(&[0x08, 0x07]), None, "the lowest is 1");
}

#[test]
fn varints_end_at_64_bits() {
    let full = [0xff; 9];
    let most = [&[0x08], &full[..], &[0x01]].concat();
    assert_eq!(Message::parse(&most).unwrap().varint(1), Some(u64::MAX));
    assert_eq!(fault(&most), None);
    // Bits of the tenth byte beyond them are dropped, as in protobuf.
    let beyond = [&[0x08], &full[..], &[0x7e]].concat();
    assert_eq!(Message::parse(&beyond).unwrap().varint(1), Some(u64::MAX >> 1));
    assert_eq!(fault(&beyond), None);
    assert_eq!(
        kind(&[&[0x08], &full[..], &[0x81]].concat()),
        WireErrorKind::VarintTooLong
    );
    // The 63rd bit is the last one of the ninth byte.
    let ninth = [&[0x08], &full[..8], &[0x7f]].concat();
    assert_eq!(Message::parse(&ninth).unwrap().varint(1), Some(u64::MAX >> 1));
}

#[test]
fn fixed_values_are_little_endian_and_end_with_the_message() {
    let eight = [0x09, 1, 2, 3, 4, 5, 6, 7, 8];
    let four = [0x0d, 1, 2, 3, 4];
    let value = fields(&eight).next().unwrap().unwrap().value;
    assert!(matches!(value, Value::Fixed64(0x0807_0605_0403_0201)));
    let value = fields(&four).next().unwrap().unwrap().value;
    assert!(matches!(value, Value::Fixed32(0x0403_0201)));
    assert_eq!((fault(&eight), fault(&four)), (None, None));
    assert_eq!(kind(&eight[..8]), WireErrorKind::BreaksOff);
    assert_eq!(kind(&four[..4]), WireErrorKind::BreaksOff);
}

#[test]
fn lengths_end_with_the_message() {
    assert_eq!(fault(&[0x0a, 0x02, b'a', b'b']), None);
    assert_eq!(fault(&[0x0a, 0x00]), None);
    assert_eq!(kind(&[0x0a, 0x03, b'a', b'b']), WireErrorKind::LengthPastEnd);
}

#[test]
fn sixty_four_groups_may_be_open() {
    let nested = |depth: usize| [vec![0x0b; depth], vec![0x0c; depth]].concat();
    assert_eq!(fault(&nested(64)), None);
    assert_eq!(kind(&nested(65)), WireErrorKind::Depth);
    // Fields of all kinds inside one, then another field.
    let inside = [
        &[0x0b][..],
        &[0x08, 0x01, 0x0a, 0x01, b'x', 0x0d, 0, 0, 0, 0, 0x13, 0x14],
        &[0x0c, 0x08, 0x05],
    ]
    .concat();
    assert_eq!(fault(&inside), None);
    let message = Message::parse(&inside).unwrap();
    assert!(matches!(message.fields().next().unwrap().value, Value::Group(body) if body.len() == 12));
    assert_eq!(message.varint(1), Some(5));
}

#[test]
fn a_value_begins_behind_its_tag_and_length() {
    let long = vec![b'x'; 300];
    let bytes = Writer::new().varint(1, 5).bytes(2, &long).bytes(3, b"").finish();
    let message = Message::parse(&bytes).unwrap();
    let offsets: Vec<_> = message
        .fields()
        .map(|field| (field.offset, field.value_offset()))
        .collect();
    assert_eq!(offsets, [(0, 0), (2, 5), (305, 307)]);
}

#[test]
fn streamed_value_is_read_up_to_a_limit() {
    let bytes = Writer::new()
        .bytes(1, b"taken")
        .bytes(2, b"left")
        .bytes(3, b"last")
        .finish();
    for piece in [1, 3, 100] {
        let mut cursor = Cursor::new(BufReader::with_capacity(piece, &bytes[..]));
        let mut message = cursor.message(bytes.len() as u64);
        let head = |message: &mut StreamedFields<'_, _>| message.next_field().unwrap().unwrap().number;
        assert_eq!(head(&mut message), 1);
        assert_eq!(message.bytes(5, 5).as_deref(), Some(&b"taken"[..]));
        assert_eq!(head(&mut message), 2);
        assert_eq!(message.bytes(4, 3), None);
        assert_eq!(head(&mut message), 3);
        let mut pieces = Vec::new();
        message.pieces(2, |piece| pieces.extend_from_slice(piece));
        assert_eq!(pieces, b"la");
        assert_eq!(message.next_field(), Ok(None));
    }
}

#[test]
fn nested_message_counts_offsets_from_its_start() {
    let inner = Writer::new().varint(1, 5).bytes(2, b"xy").finish();
    let bytes = Writer::new().varint(9, 1).bytes(4, &inner).varint(5, 6).finish();
    let mut cursor = Cursor::new(&bytes[..]);
    let mut message = cursor.message(bytes.len() as u64);
    message.next_field().unwrap();
    let head = message.next_field().unwrap().unwrap();
    assert_eq!((head.offset, head.value_offset), (2, 4));
    let mut within = message.enter(inner.len() as u64);
    assert_eq!(within.length(), inner.len() as u64);
    let places: Vec<_> = std::iter::from_fn(|| within.next_field().unwrap())
        .map(|head| (head.offset, head.value_offset))
        .collect();
    assert_eq!(places, [(0, 2), (2, 4)]);
    assert_eq!(message.next_field().unwrap().unwrap().number, 5);
}

#[test]
fn each_kind_of_damage_is_named() {
    assert_eq!(kind(&[0x08]), WireErrorKind::BreaksOff);
    assert_eq!(kind(&[0x08, 0x80]), WireErrorKind::BreaksOff);
    assert_eq!(kind(&[0x09, 1, 2]), WireErrorKind::BreaksOff);
    assert_eq!(
        kind(&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x82]),
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

#[test]
fn nested_messages_are_found_by_number() {
    let inner = |value: u64| Writer::new().varint(1, value).finish();
    let bytes = Writer::new()
        .bytes(4, &inner(5))
        .bytes(4, b"\xff")
        .bytes(4, &inner(7))
        .bytes(5, &[])
        .finish();
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.as_bytes(), bytes);
    let values: Vec<_> = message.messages(4).map(|nested| nested.int(1)).collect();
    assert_eq!(values, [Some(5), Some(7)]);
    assert_eq!(message.wrapped_int(4), Some(7));
    assert_eq!(message.wrapped_int(5), None);
    assert_eq!(message.wrapped_int(6), None);
}

/// A message of about this many bytes: field 1 holds a message whose field 1 holds a message, down to an empty one.
/// Written from the inside out, since each length includes the inner ones.
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
fn dump_of_deep_nesting_ends_at_its_limit() {
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
