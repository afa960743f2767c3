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
