//! Writes DER keys and signatures that the library refuses to make.

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// 1.2.840.10040.4.1
const DSA: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01];

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes: Vec<u8> = length
            .to_be_bytes()
            .into_iter()
            .skip_while(|byte| *byte == 0)
            .collect();
        out.push(0x80 | bytes.len() as u8);
        out.extend(bytes);
    }
    out.extend_from_slice(content);
    out
}

/// A number that isn't negative, given big endian.
fn integer(number: &[u8]) -> Vec<u8> {
    let mut content: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
    if content.first().is_none_or(|first| first & 0x80 != 0) {
        content.insert(0, 0);
    }
    element(INTEGER, &content)
}

/// SEQUENCE { r, s }
pub fn signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[integer(r), integer(s)].concat())
}

/// A SubjectPublicKeyInfo.
pub fn public_key([p, q, g]: [&[u8]; 3], y: &[u8]) -> Vec<u8> {
    let parameters = element(SEQUENCE, &[integer(p), integer(q), integer(g)].concat());
    let algorithm = element(SEQUENCE, &[element(OBJECT_IDENTIFIER, &DSA), parameters].concat());
    let bits = [&[0][..], &integer(y)].concat();
    element(SEQUENCE, &[algorithm, element(BIT_STRING, &bits)].concat())
}
