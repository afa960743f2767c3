//! Base64 in every dialect, whole and in pieces.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use exportdoc::internal::envelope::{Base64Decoder, Base64Report, BreakOff, BreakReason, Flaw, decode_all};
use proptest::prelude::*;

fn flaw(first: u64, count: u64) -> Option<Flaw> {
    Some(Flaw { first, count })
}

fn broken(text: &str) -> (Vec<u8>, BreakOff) {
    let (bytes, report) = decode_all(text);
    let break_off = report.break_off.unwrap_or_else(|| panic!("{text} is read whole"));
    assert_eq!(break_off.decoded_offset, bytes.len() as u64);
    assert_eq!(report.decoded_len, bytes.len() as u64);
    (bytes, break_off)
}

fn ids(report: &Base64Report) -> Vec<&'static str> {
    report
        .findings("$.blob", Some(100))
        .iter()
        .map(|f| f.id())
        .collect()
}

#[test]
fn strict_text_is_clean() {
    for (text, bytes) in [
        ("", ""),
        ("QQ==", "A"),
        ("QUI=", "AB"),
        ("QUJD", "ABC"),
        ("QUJDQQ==", "ABCA"),
    ] {
        let (decoded, report) = decode_all(text);
        assert_eq!(decoded, bytes.as_bytes());
        assert!(report.is_clean(), "{text}: {report:?}");
        assert_eq!(ids(&report), Vec::<&str>::new());
    }
}

#[test]
fn dialects_are_read_and_told() {
    let base = |decoded_len| Base64Report {
        decoded_len,
        ..Base64Report::default()
    };
    for (text, bytes, report) in [
        (
            "QUJD\r\nQUJD\n",
            &b"ABCABC"[..],
            Base64Report {
                line_breaks: flaw(4, 3),
                ..base(6)
            },
        ),
        (
            "Q U\tJD",
            b"ABC",
            Base64Report {
                line_breaks: flaw(1, 2),
                ..base(3)
            },
        ),
        (
            "QQ=\n=\n",
            b"A",
            Base64Report {
                line_breaks: flaw(3, 2),
                ..base(1)
            },
        ),
        (
            "QUJDQQ",
            b"ABCA",
            Base64Report {
                missing_padding: flaw(6, 1),
                ..base(4)
            },
        ),
        (
            "QQ=",
            b"A",
            Base64Report {
                missing_padding: flaw(3, 1),
                ..base(1)
            },
        ),
        (
            "QUI",
            b"AB",
            Base64Report {
                missing_padding: flaw(3, 1),
                ..base(2)
            },
        ),
        (
            "-_-_",
            b"\xfb\xff\xbf",
            Base64Report {
                url_alphabet: flaw(0, 4),
                ..base(3)
            },
        ),
        (
            "QR==",
            b"A",
            Base64Report {
                trailing_bits: flaw(1, 1),
                ..base(1)
            },
        ),
        (
            "QUJDQUJ=",
            b"ABCAB",
            Base64Report {
                trailing_bits: flaw(6, 1),
                ..base(5)
            },
        ),
    ] {
        assert_eq!(decode_all(text), (bytes.to_vec(), report), "{text:?}");
    }
    let (_, report) = decode_all("-\n_9");
    assert_eq!(
        ids(&report),
        [
            "base64-line-breaks",
            "base64-url-alphabet",
            "base64-trailing-bits",
            "base64-missing-padding"
        ]
    );
}

#[test]
fn what_precedes_a_break_is_delivered_and_the_place_named() {
    for (text, bytes, text_offset, character, reason) in [
        ("QUJD...", "ABC", 4, Some('.'), BreakReason::Ellipsis),
        ("QUJDQ...", "ABC", 5, Some('.'), BreakReason::Ellipsis),
        ("QUJDQUI...", "ABCAB", 7, Some('.'), BreakReason::Ellipsis),
        ("QUJDQQ…", "ABCA", 6, Some('…'), BreakReason::Ellipsis),
        ("...", "", 0, Some('.'), BreakReason::Ellipsis),
        ("QUJD%QUJD", "ABC", 4, Some('%'), BreakReason::NotBase64),
        ("QUJD.", "ABC", 4, Some('.'), BreakReason::NotBase64),
        ("QUJD\0", "ABC", 4, Some('\0'), BreakReason::NotBase64),
        ("=", "", 0, Some('='), BreakReason::MisplacedPadding),
        ("QUJD=", "ABC", 4, Some('='), BreakReason::MisplacedPadding),
        ("QUJDQ===", "ABC", 5, Some('='), BreakReason::MisplacedPadding),
        ("QUI==", "AB", 4, Some('='), BreakReason::AfterEnd),
        ("QQ==QQ==", "A", 4, Some('Q'), BreakReason::AfterEnd),
        ("QQ== \n.", "A", 6, Some('.'), BreakReason::AfterEnd),
        ("QUJDQ", "ABC", 4, Some('Q'), BreakReason::LoneCharacter),
        ("QUJD\nQ\n", "ABC", 5, Some('Q'), BreakReason::LoneCharacter),
    ] {
        let (decoded, break_off) = broken(text);
        assert_eq!(decoded, bytes.as_bytes(), "{text}");
        assert_eq!(
            (break_off.text_offset, break_off.character, break_off.reason),
            (text_offset, character, reason)
        );
        assert_eq!(break_off.unread, text.len() as u64 - text_offset);
    }
}

#[test]
fn a_break_is_a_finding_with_all_three_offsets() {
    let (_, report) = decode_all("QUJDQUI...");
    let found = &report.findings("$.blob", Some(100))[0];
    assert_eq!(found.id(), "base64-broken");
    assert_eq!(
        found.at.as_ref().unwrap().to_string(),
        "$.blob decoded byte 5, file byte 107"
    );
    assert_eq!(
        found.message,
        "an ellipsis: the text was cut by hand (character 7; 5 bytes decoded, 3 characters unread)"
    );
    let found = &report.findings("$.blob", None)[0];
    assert_eq!(found.at.as_ref().unwrap().file_offset, None);
    // A cut text has no last character whose bits could be judged.
    assert_eq!(report.trailing_bits, None);
}

/// Decodes in pieces of the sizes given, over and over.
fn in_pieces(text: &str, sizes: &[usize]) -> (Vec<u8>, Base64Report) {
    let mut decoder = Base64Decoder::new();
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    for &size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, behind) = rest.split_at(size.min(rest.len()));
        decoder.push(piece, &mut bytes);
        rest = behind;
    }
    decoder.finish(&mut bytes);
    (bytes, decoder.report().clone())
}

#[test]
#[ignore = "ci/long runs it"]
fn texts_of_many_chunks_are_the_same_in_pieces() {
    let data: Vec<u8> = (0..200_001_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let strict = STANDARD.encode(&data);
    let lines: Vec<&str> = strict
        .as_bytes()
        .chunks(76)
        .map(|l| std::str::from_utf8(l).unwrap())
        .collect();
    for text in [
        strict.clone(),
        lines.join("\r\n"),
        URL_SAFE_NO_PAD.encode(&data),
        format!("\n{strict}"),
    ] {
        let whole = decode_all(&text);
        assert!(whole.0 == data);
        for sizes in [
            &[4096][..],
            &[4097],
            &[1],
            &[7, 5000, 100_000],
            &[49_152],
            &[49_155],
        ] {
            assert!(in_pieces(&text, sizes) == whole, "{sizes:?}");
        }
    }
    for at in [65_535, 65_536, 65_537, 131_074] {
        let mut damaged = strict.clone();
        damaged.replace_range(at..=at, "!");
        let whole = decode_all(&damaged);
        assert_eq!(whole.1.break_off.unwrap().text_offset, at as u64);
        assert_eq!(whole.0, data[..at / 4 * 3 + [0, 0, 1, 2][at % 4]]);
        assert!(in_pieces(&damaged, &[5000]) == whole);
    }
}

proptest! {
    #[test]
    fn every_dialect_decodes_to_what_was_encoded(data in prop::collection::vec(any::<u8>(), 0..300), width in 1_usize..80) {
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            let text = engine.encode(&data);
            let (decoded, report) = decode_all(&text);
            prop_assert_eq!(&decoded, &data);
            prop_assert!(report.break_off.is_none() && report.line_breaks.is_none() && report.trailing_bits.is_none());
            prop_assert_eq!(report.missing_padding.is_some(), text.len() % 4 != 0);
            prop_assert_eq!(report.url_alphabet.is_some(), text.contains(['-', '_']));
            let lines: Vec<&str> = text.as_bytes().chunks(width).map(|l| std::str::from_utf8(l).unwrap()).collect();
            let (decoded, report) = decode_all(&lines.join("\n"));
            prop_assert_eq!(&decoded, &data);
            prop_assert!(report.break_off.is_none());
            prop_assert_eq!(report.line_breaks.map_or(0, |f| f.count), lines.len().saturating_sub(1) as u64);
        }
        prop_assert_eq!(decode_all(&STANDARD.encode(&data)).1.is_clean(), true);
    }

    #[test]
    fn any_text_reads_the_same_in_pieces(text in "[A-Za-z0-9+/_=. \n…-]{0,40}", sizes in prop::collection::vec(1_usize..6000, 1..5)) {
        let whole = decode_all(&text);
        prop_assert_eq!(whole.1.decoded_len, whole.0.len() as u64);
        prop_assert_eq!(in_pieces(&text, &sizes), whole);
    }

    #[test]
    fn clean_means_strictly_valid(text in "[AQgw=\n/+-]{0,12}") {
        let (decoded, report) = decode_all(&text);
        prop_assert_eq!(report.is_clean().then_some(decoded), STANDARD.decode(&text).ok());
    }
}
