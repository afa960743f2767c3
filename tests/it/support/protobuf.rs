//! Generates object messages from the field table and changes them in ways that readers may disagree on.

use std::sync::LazyLock;

use exportdoc::internal::object::SyncObject;
use exportdoc::internal::object::data::{ANY, FieldKind, FieldSpec, MessageSpec, OBJECT};
use exportdoc::internal::sample::{self, SampleSize};
use exportdoc::internal::wire::{Field, Message, Value, Writer};

/// The same numbers for the same seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn one_in(&mut self, end: usize) -> bool {
        self.below(end) == 0
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

static SAMPLES: LazyLock<Vec<SyncObject<'static>>> = LazyLock::new(|| {
    let environments = sample::environments().unwrap();
    let in_environments = environments
        .into_iter()
        .flat_map(|environment| environment.objects);
    let global = sample::global_objects(SampleSize::SMALL).unwrap();
    let objects = global.into_iter().chain(in_environments);
    // Large lookups would only cost time.
    objects.filter(|object| object.as_bytes().len() < 4_000).collect()
});

/// An object message.
pub(crate) fn message(random: &mut Random) -> Vec<u8> {
    let mut bytes = match random.one_in(3) {
        true => SAMPLES[random.below(SAMPLES.len())].as_bytes().to_vec(),
        false => object(random),
    };
    for _ in 0..random.below(3) {
        bytes = changed(random, Some(&OBJECT), &bytes);
    }
    if random.one_in(12) && !bytes.is_empty() {
        let at = random.below(bytes.len());
        bytes[at] = random.next() as u8;
    }
    bytes
}

/// An object of a known type with fields of any number and order.
fn object(random: &mut Random) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.message(1, |w| identifier(random, w));
    for _ in 0..random.below(3) {
        writer.message(2, |w| identifier(random, w));
    }
    writer.message(3, |w| {
        w.text(1, text(random))
            .text(2, text(random))
            .text(3, text(random));
        w.varint(5, number(random)).varint(6, number(random));
    });
    let spec = random.pick(MessageSpec::all());
    let data = any_message(random, spec);
    writer.message(4, |w| {
        w.text(1, &format!("{}{}", prefix(random), spec.name))
            .bytes(2, &data);
    });
    writer.finish()
}

fn identifier(random: &mut Random, writer: &mut Writer) {
    let name = random.pick(&[
        "IntegerIdentifier",
        "StringIdentifier",
        "AlgorithmIdentifier",
        "EncryptionKeyIdentifier",
        "OtherIdentifier",
    ]);
    writer.varint(1, number(random)).message(2, |any| {
        any.text(1, &format!("{}{name}", prefix(random)));
        any.message(2, |value| match name {
            "IntegerIdentifier" => _ = value.varint(1, number(random)),
            _ => _ = value.text(1, text(random)),
        });
    });
}

fn prefix(random: &mut Random) -> &'static str {
    random.pick(&["type.googleapis.com/", "type.googleapis.com/", "a/b/", "/", "x//"])
}

fn text(random: &mut Random) -> &'static str {
    random.pick(&[
        "",
        "x",
        "host.example.com",
        "Zm9vYmFyYmF6cXV4MTIzNA==",
        "a longer text, with Ümläuts",
        "<rows><row id=\"1\" value=\"a\"/><row id=\"2\" value=\"b\"/></rows>",
    ])
}

fn number(random: &mut Random) -> u64 {
    random.pick(&[
        0,
        1,
        7,
        9,
        20,
        300,
        9 | 1 << 32,
        1 << 31,
        u64::from(u32::MAX),
        u64::MAX,
        1_518_426_000_000,
    ])
}

/// A message of a type, in which each field may be there, repeat, or have another wire type.
fn any_message(random: &mut Random, spec: &'static MessageSpec) -> Vec<u8> {
    let mut writer = Writer::new();
    for field in spec.fields {
        let times = match (field.repeated, random.below(8)) {
            (true, _) => random.below(3),
            (false, 0..3) => 0,
            (false, 7) => 2,
            (false, _) => 1,
        };
        for _ in 0..times {
            value(random, field, &mut writer);
            if random.one_in(12) {
                other_type(random, field.number, &mut writer);
            }
        }
    }
    writer.finish()
}

fn value(random: &mut Random, field: &FieldSpec, writer: &mut Writer) {
    let number_of = field.number;
    match field.kind {
        FieldKind::Text | FieldKind::Secret(_) => _ = writer.text(number_of, text(random)),
        FieldKind::Int => _ = writer.varint(number_of, number(random)),
        FieldKind::TextValue | FieldKind::NumberTextValue => {
            writer.message(number_of, |w| {
                for _ in 0..random.below(3) {
                    w.text(1, text(random));
                }
            });
        }
        FieldKind::IntValue => {
            writer.message(number_of, |w| {
                for _ in 0..random.below(3) {
                    w.varint(1, number(random));
                }
            });
        }
        FieldKind::Message(inner) | FieldKind::SecretMessage(inner, _) => {
            let inner = any_message(random, inner);
            writer.bytes(number_of, &inner);
        }
    }
}

/// The field once more, as an engine doesn't know it.
fn other_type(random: &mut Random, number: u32, writer: &mut Writer) {
    let tag = |wire_type: u64| {
        let mut tag = Vec::new();
        let mut rest = u64::from(number) << 3 | wire_type;
        while rest >= 0x80 {
            tag.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        tag.push(rest as u8);
        tag
    };
    match random.below(5) {
        0 => _ = writer.varint(number, random.next()),
        1 => _ = writer.raw(&tag(1)).raw(&[7; 8]),
        2 => _ = writer.raw(&tag(5)).raw(&[7; 4]),
        3 => _ = writer.raw(&tag(3)).raw(&tag(4)),
        _ => _ = writer.bytes(number, b""),
    }
}

/// The message in a field, as far as it is one.
fn inner(
    spec: Option<&'static MessageSpec>,
    field: &Field<'_>,
    message: Message<'_>,
) -> Option<&'static MessageSpec> {
    let spec = spec?;
    if std::ptr::eq(spec, &ANY) && field.number == 2 {
        let type_url = message.text(1)?;
        return MessageSpec::by_name(type_url.rsplit('/').next()?);
    }
    match spec.field(field.number)?.kind {
        FieldKind::Message(inner) | FieldKind::SecretMessage(inner, _) => Some(inner),
        _ => None,
    }
}

/// The message with something changed, in it or in a message inside.
fn changed(random: &mut Random, spec: Option<&'static MessageSpec>, bytes: &[u8]) -> Vec<u8> {
    let Ok(message) = Message::parse(bytes) else {
        return bytes.to_vec();
    };
    let fields: Vec<Field<'_>> = message.fields().collect();
    if fields.is_empty() {
        return Writer::new().varint(1, 1).finish();
    }
    let at = random.below(fields.len());
    let field = &fields[at];
    let mut parts: Vec<Vec<u8>> = fields.iter().map(|field| field.raw.to_vec()).collect();
    let nested = inner(spec, field, message);
    match (random.below(12), field.value) {
        (0..5, Value::Bytes(value)) if !value.is_empty() && (nested.is_some() || random.one_in(2)) => {
            let value = changed(random, nested, value);
            parts[at] = Writer::new().bytes(field.number, &value).finish();
        }
        // The fields of a message in two messages.
        (5 | 6, Value::Bytes(value)) => {
            let inside: Vec<Vec<u8>> = Message::parse(value)
                .map_or_else(|_| Vec::new(), |m| m.fields().map(|f| f.raw.to_vec()).collect());
            let cut = random.below(inside.len() + 1);
            let (first, second) = inside.split_at(cut);
            let mut split = Writer::new();
            split.bytes(field.number, &first.concat());
            split.bytes(field.number, &second.concat());
            parts[at] = split.finish();
        }
        (7, _) => parts.push(parts[at].clone()),
        (8, _) => _ = parts.remove(at),
        (9, Value::Varint(value)) => {
            parts[at] = Writer::new().varint(field.number, value | 1 << 32).finish();
        }
        (9, _) => {
            let to = random.below(parts.len());
            parts.swap(at, to);
        }
        (10, _) => {
            let mut unknown = Writer::new();
            unknown.text(random.pick(&[4, 8, 15, 99]), "unknown");
            parts.push(unknown.finish());
        }
        _ => {
            let mut odd = Writer::new();
            other_type(random, field.number, &mut odd);
            let to = random.below(parts.len() + 1);
            parts.insert(to, odd.finish());
        }
    }
    parts.concat()
}
