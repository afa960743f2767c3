//! Tests of reading pickles.

use super::*;

fn json(pickle: &[u8]) -> String {
    String::from_utf8(unpickle(pickle).unwrap()).unwrap()
}

#[test]
fn dictionaries_lists_numbers_and_texts_become_json() {
    // pickletools.optimize(pickle.dumps({"a": [1, -2, 300, 1.5, None, True], "b": "é\n"}, 2))
    let pickle = b"\x80\x02}(X\x01\x00\x00\x00a](K\x01J\xfe\xff\xff\xffM,\x01G?\xf8\x00\x00\x00\x00\x00\x00N\x88eX\x01\x00\x00\x00bX\x03\x00\x00\x00\xc3\xa9\nu.";
    assert_eq!(json(pickle), r#"{"a":[1,-2,300,1.5,null,true],"b":"é\n"}"#);
}

#[test]
fn several_pickles_become_lines() {
    assert_eq!(
        json(b"\x80\x04}.\x80\x04\x8c\x03[1].\x80\x02U\x02{}."),
        "{}\n[1]\n{}"
    );
}

#[test]
fn opcodes_that_run_code_are_refused_by_name() {
    // os.system("true"), as every tutorial on pickles has it; the same in the form of protocol 4.
    for (pickle, name) in [
        (
            &b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R."[..],
            "GLOBAL",
        ),
        (
            b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R.",
            "STACK_GLOBAL",
        ),
        (b"\x80\x02}}b.", "BUILD"),
        (b"\x80\x02N)R.", "REDUCE"),
        (b"\x80\x02N)\x81.", "NEWOBJ"),
    ] {
        let error = unpickle(pickle).unwrap_err();
        assert!(
            matches!(&error, PickleError::Refused { opcode, .. } if *opcode == name),
            "{error}"
        );
    }
}

#[test]
fn recursive_and_repeated_values_hit_a_limit() {
    // a = []; a.append(a)
    assert_eq!(unpickle(b"\x80\x02]q\x00h\x00a."), Err(PickleError::TooDeep));
    // A list of twice the list before, 60 times.
    let mut laughs = b"\x80\x04]\x94".to_vec();
    for place in 0..60 {
        laughs.extend([b']', b'(', b'h', place, b'h', place, b'e', 0x94]);
    }
    laughs.push(b'.');
    assert_eq!(unpickle(&laughs), Err(PickleError::TooLarge));
}

#[test]
fn truncated_pickle_is_an_error() {
    let pickle =
        b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01a\x94]\x94K\x01a\x8c\x01b\x8a\x01\xffu.";
    assert_eq!(json(pickle), r#"{"a":[1],"b":-1}"#);
    for length in 1..pickle.len() {
        assert!(unpickle(&pickle[..length]).is_err(), "{length}");
    }
}

/// Each as the reference of `pickletools` describes the opcode.
#[test]
fn every_opcode_of_plain_values_becomes_json() {
    for (pickle, expected) in [
        (&b"\x89."[..], "false"),
        (b"\x8a\x00.", "0"),
        (b"\x8a\x02\x00\x80.", "-32768"),
        // A text alone is a document.
        (b"\x8d\x01\0\0\0\0\0\0\0a.", "a"),
        (b"\x8e\x01\0\0\0\0\0\0\0a.", "a"),
        (b"C\x01a.", "a"),
        (b"B\x01\0\0\0a.", "a"),
        (b"T\x01\0\0\0a.", "a"),
        // MARK and the items: a dictionary, a list, a tuple.
        (b"(U\x01aK\x01d.", r#"{"a":1}"#),
        (b"(K\x01K\x02l.", "[1,2]"),
        (b"(K\x01K\x02t.", "[1,2]"),
        // Tuples of one to three items.
        (b"K\x01\x85.", "[1]"),
        (b"K\x01K\x02\x86.", "[1,2]"),
        (b"K\x01K\x02K\x03\x87.", "[1,2,3]"),
        // SETITEM; BINPUT and LONG_BINPUT with the opcodes that read them.
        (b"}U\x01aK\x01s.", r#"{"a":1}"#),
        (b"](K\x07q\x05h\x05e.", "[7,7]"),
        (b"](K\x07r\x05\0\0\0j\x05\0\0\0e.", "[7,7]"),
    ] {
        assert_eq!(json(pickle), expected, "{pickle:?}");
    }
}

#[test]
fn values_that_are_no_json_are_named() {
    for (pickle, message) in [
        (
            &b"}K\x01K\x02s."[..],
            "it holds a dictionary key that isn't text, which JSON can't represent",
        ),
        (
            b"G\x7f\xf8\0\0\0\0\0\0.",
            "it holds a number that isn't finite, which JSON can't represent",
        ),
        (
            b"]U\x01\xffa.",
            "it holds bytes that aren't text, which JSON can't represent",
        ),
        (b"\xff.", "an unsupported opcode (0xff at byte 0)"),
        // An item without a list, an entry without a dictionary, a place that nothing is kept in.
        (b"NNa.", "damaged at byte 3"),
        (b"NU\x01aNs.", "damaged at byte 6"),
        (b"h\x05.", "damaged at byte 2"),
        (b"(U\x01ad.", "damaged at byte 5"),
    ] {
        assert_eq!(unpickle(pickle).unwrap_err().to_string(), message, "{pickle:?}");
    }
}

#[test]
fn opcode_that_makes_an_object_is_named() {
    for (opcode, name) in [
        (b'i', "INST"),
        (b'o', "OBJ"),
        (0x92, "NEWOBJ_EX"),
        (b'P', "PERSID"),
        (b'Q', "BINPERSID"),
        (0x82, "EXT1"),
        (0x83, "EXT2"),
        (0x84, "EXT4"),
        (0x97, "NEXT_BUFFER"),
        (0x98, "READONLY_BUFFER"),
    ] {
        let error = unpickle(&[opcode]).unwrap_err();
        assert!(
            error.to_string().contains(&format!("({name} at byte 0)")),
            "{error}"
        );
        assert!(error.help().contains("json.dump"), "{error}");
    }
}
