//! Reads what two Python clients save: an export document as a pickle of dictionaries, lists and texts.
//!
//! Invariants: nothing is executed, and no name is resolved: an error names the opcode that would do so. A value that is
//! used many times is held once. Limits bound the number of values, their nesting and the length of the JSON.

use std::collections::HashMap;

use crate::envelope::{MAX_AROUND_BLOB, MAX_DEPTH};

/// Values that a pickle may hold. A document with two full lists has half as many.
const MAX_VALUES: usize = 4_000_000;
/// Marks that may be open at once; Python opens one for each level.
const MAX_MARKS: usize = 1024;
/// How many times longer than its pickle a document may become: repeated texts stand in a pickle once.
const MAX_GROWTH: usize = 32;

/// Why a pickle isn't read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PickleError {
    /// It would call something or make an object.
    #[error(
        "it holds more than dictionaries, lists and texts ({opcode} at byte {offset}), and nothing in it is ever run"
    )]
    Refused {
        /// Python's name of the opcode.
        opcode: &'static str,
        /// Where it stands.
        offset: usize,
    },
    /// An opcode that no client needs.
    #[error("an opcode that isn't read (0x{opcode:02x} at byte {offset})")]
    Opcode {
        /// The opcode.
        opcode: u8,
        /// Where it stands.
        offset: usize,
    },
    /// It breaks off, or its parts don't fit.
    #[error("damaged at byte {offset}")]
    Damaged {
        /// Where it stands.
        offset: usize,
    },
    /// A value that JSON doesn't have.
    #[error("it holds {0}, which JSON can't say")]
    NoJson(&'static str),
    /// Larger than any document's.
    #[error("it holds more than any export document does")]
    TooLarge,
    /// Nested deeper than any document, or in itself.
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

impl PickleError {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "get the file again, in binary mode",
            _ => {
                "if you trust where it comes from, let Python write it as JSON: json.dump(pickle.load(file), out)"
            }
        }
    }
}

/// The documents in a pickle, or in several one behind the other, as JSON, one a line.
///
/// # Errors
/// A pickle of anything else, or one that would run something.
pub fn unpickle(bytes: &[u8]) -> Result<Vec<u8>, PickleError> {
    let mut machine = Machine {
        bytes,
        at: 0,
        values: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    let mut out = Vec::new();
    while machine.at < bytes.len() {
        let top = machine.run()?;
        if !out.is_empty() {
            out.push(b'\n');
        }
        match machine.values.get(top) {
            // A document that was pickled as text.
            Some(Value::Text(text)) => out.extend_from_slice(text),
            _ => machine.write(top, 0, &mut out)?,
        }
        machine.reset();
    }
    Ok(out)
}

enum Value<'p> {
    None,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(&'p [u8]),
    List(Vec<usize>),
    Dict(Vec<(usize, usize)>),
}

/// What runs the opcodes: a stack of values, named by their number.
struct Machine<'p> {
    bytes: &'p [u8],
    at: usize,
    values: Vec<Value<'p>>,
    stack: Vec<usize>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u32, usize>,
}

impl<'p> Machine<'p> {
    fn reset(&mut self) {
        self.values.clear();
        self.stack.clear();
        self.marks.clear();
        self.memo.clear();
    }

    /// Runs one pickle to its end; gives the value it leaves.
    fn run(&mut self) -> Result<usize, PickleError> {
        loop {
            let offset = self.at;
            let [opcode] = self.array()?;
            match opcode {
                // PROTO and FRAME: the opcodes show whether the version is known, and the end of a frame doesn't matter.
                0x80 => drop(self.array::<1>()?),
                0x95 => drop(self.array::<8>()?),
                b'.' => return self.pop(),
                b'(' => {
                    if self.marks.len() == MAX_MARKS {
                        return Err(PickleError::TooDeep);
                    }
                    self.marks.push(self.stack.len());
                }
                b'N' => self.push(Value::None)?,
                0x88 => self.push(Value::Bool(true))?,
                0x89 => self.push(Value::Bool(false))?,
                b'J' => {
                    let number = i32::from_le_bytes(self.array()?);
                    self.push(Value::Integer(number.into()))?;
                }
                b'K' => {
                    let [number] = self.array()?;
                    self.push(Value::Integer(number.into()))?;
                }
                b'M' => {
                    let number = u16::from_le_bytes(self.array()?);
                    self.push(Value::Integer(number.into()))?;
                }
                0x8a => {
                    let [length] = self.array()?;
                    let number = long(self.take(length.into())?)?;
                    self.push(Value::Integer(number))?;
                }
                b'G' => {
                    let number = f64::from_be_bytes(self.array()?);
                    self.push(Value::Float(number))?;
                }
                // Short, long and longest texts, of Python 3, of Python 2, and bytes.
                0x8c | b'U' | b'C' => {
                    let [length] = self.array()?;
                    self.text(length.into())?;
                }
                b'X' | b'T' | b'B' => {
                    let length = u32::from_le_bytes(self.array()?);
                    self.text(length.into())?;
                }
                0x8d | 0x8e => {
                    let length = u64::from_le_bytes(self.array()?);
                    self.text(length)?;
                }
                b'}' => self.push(Value::Dict(Vec::new()))?,
                b']' | b')' => self.push(Value::List(Vec::new()))?,
                b'd' => {
                    let items = self.pairs()?;
                    self.push(Value::Dict(items))?;
                }
                b'l' | b't' => {
                    let items = self.pop_mark()?;
                    self.push(Value::List(items))?;
                }
                0x85..=0x87 => {
                    let from = self.stack.len().checked_sub(usize::from(opcode - 0x84));
                    let from = from.ok_or(PickleError::Damaged { offset })?;
                    let items = self.stack.split_off(from);
                    self.push(Value::List(items))?;
                }
                b'a' => {
                    let item = self.pop()?;
                    self.list()?.push(item);
                }
                b'e' => {
                    let items = self.pop_mark()?;
                    self.list()?.extend(items);
                }
                b's' => {
                    let (value, key) = (self.pop()?, self.pop()?);
                    self.dict()?.push((key, value));
                }
                b'u' => {
                    let items = self.pairs()?;
                    self.dict()?.extend(items);
                }
                b'q' => {
                    let [place] = self.array()?;
                    self.remember(place.into())?;
                }
                b'r' => {
                    let place = u32::from_le_bytes(self.array()?);
                    self.remember(place)?;
                }
                0x94 => {
                    let place = u32::try_from(self.memo.len()).map_err(|_| PickleError::TooLarge)?;
                    self.remember(place)?;
                }
                b'h' => {
                    let [place] = self.array()?;
                    self.recall(place.into())?;
                }
                b'j' => {
                    let place = u32::from_le_bytes(self.array()?);
                    self.recall(place)?;
                }
                _ => return Err(refusal(opcode, offset)),
            }
        }
    }

    fn damaged(&self) -> PickleError {
        PickleError::Damaged { offset: self.at }
    }

    fn take(&mut self, length: u64) -> Result<&'p [u8], PickleError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = usize::try_from(length).map_err(|_| self.damaged())?;
        let taken = rest.get(..length).ok_or_else(|| self.damaged())?;
        self.at += length;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PickleError> {
        let taken = self.take(N as u64)?;
        taken.try_into().map_err(|_| self.damaged())
    }

    fn push(&mut self, value: Value<'p>) -> Result<(), PickleError> {
        if self.values.len() == MAX_VALUES {
            return Err(PickleError::TooLarge);
        }
        self.stack.push(self.values.len());
        self.values.push(value);
        Ok(())
    }

    fn text(&mut self, length: u64) -> Result<(), PickleError> {
        let text = self.take(length)?;
        self.push(Value::Text(text))
    }

    /// Takes the topmost value, which has to stand above the last open mark.
    fn pop(&mut self) -> Result<usize, PickleError> {
        let floor = self.marks.last().copied().unwrap_or_default();
        match self.stack.len() > floor {
            true => self.stack.pop().ok_or_else(|| self.damaged()),
            false => Err(self.damaged()),
        }
    }

    /// All values above the last mark.
    fn pop_mark(&mut self) -> Result<Vec<usize>, PickleError> {
        let height = self.marks.pop().filter(|height| *height <= self.stack.len());
        let height = height.ok_or_else(|| self.damaged())?;
        Ok(self.stack.split_off(height))
    }

    fn pairs(&mut self) -> Result<Vec<(usize, usize)>, PickleError> {
        let items = self.pop_mark()?;
        match items.as_chunks::<2>() {
            (pairs, []) => Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect()),
            _ => Err(self.damaged()),
        }
    }

    fn list(&mut self) -> Result<&mut Vec<usize>, PickleError> {
        let error = self.damaged();
        let top = self.stack.last().and_then(|top| self.values.get_mut(*top));
        match top {
            Some(Value::List(items)) => Ok(items),
            _ => Err(error),
        }
    }

    fn dict(&mut self) -> Result<&mut Vec<(usize, usize)>, PickleError> {
        let error = self.damaged();
        let top = self.stack.last().and_then(|top| self.values.get_mut(*top));
        match top {
            Some(Value::Dict(items)) => Ok(items),
            _ => Err(error),
        }
    }

    fn remember(&mut self, place: u32) -> Result<(), PickleError> {
        if self.memo.len() == MAX_VALUES {
            return Err(PickleError::TooLarge);
        }
        let top = *self.stack.last().ok_or_else(|| self.damaged())?;
        self.memo.insert(place, top);
        Ok(())
    }

    fn recall(&mut self, place: u32) -> Result<(), PickleError> {
        let value = *self.memo.get(&place).ok_or_else(|| self.damaged())?;
        self.stack.push(value);
        Ok(())
    }

    /// Writes a value as JSON.
    fn write(&self, value: usize, depth: usize, out: &mut Vec<u8>) -> Result<(), PickleError> {
        if depth > MAX_DEPTH {
            return Err(PickleError::TooDeep);
        }
        let growth = self.bytes.len().saturating_mul(MAX_GROWTH).min(MAX_AROUND_BLOB);
        if out.len() > self.bytes.len() + growth {
            return Err(PickleError::TooLarge);
        }
        match self.values.get(value).ok_or_else(|| self.damaged())? {
            Value::None => out.extend_from_slice(b"null"),
            Value::Bool(true) => out.extend_from_slice(b"true"),
            Value::Bool(false) => out.extend_from_slice(b"false"),
            Value::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Value::Float(number) => {
                let number = serde_json::Number::from_f64(*number);
                let number = number.ok_or(PickleError::NoJson("a number that is none"))?;
                out.extend_from_slice(number.to_string().as_bytes());
            }
            Value::Text(text) => write_text(text, out)?,
            Value::List(items) => {
                out.push(b'[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        out.push(b',');
                    }
                    self.write(*item, depth + 1, out)?;
                }
                out.push(b']');
            }
            Value::Dict(items) => {
                out.push(b'{');
                for (position, (key, item)) in items.iter().enumerate() {
                    if position > 0 {
                        out.push(b',');
                    }
                    match self.values.get(*key) {
                        Some(Value::Text(text)) => write_text(text, out)?,
                        _ => return Err(PickleError::NoJson("a dictionary key that is no text")),
                    }
                    out.push(b':');
                    self.write(*item, depth + 1, out)?;
                }
                out.push(b'}');
            }
        }
        Ok(())
    }
}

fn write_text(text: &[u8], out: &mut Vec<u8>) -> Result<(), PickleError> {
    let text = std::str::from_utf8(text).map_err(|_| PickleError::NoJson("bytes that are no text"))?;
    // Memory can't fail to be written to.
    serde_json::to_writer(out, text).map_err(|_| PickleError::TooLarge)
}

/// A number of any length, least significant byte first, in two's complement.
fn long(bytes: &[u8]) -> Result<i64, PickleError> {
    let fill = match bytes.last() {
        Some(last) if last & 0x80 != 0 => 0xff,
        _ => 0,
    };
    let mut all = [fill; 8];
    let slots = all.get_mut(..bytes.len());
    slots
        .ok_or(PickleError::NoJson("a number of more than 64 bits"))?
        .copy_from_slice(bytes);
    Ok(i64::from_le_bytes(all))
}

fn refusal(opcode: u8, offset: usize) -> PickleError {
    let name = match opcode {
        b'c' => "GLOBAL",
        0x93 => "STACK_GLOBAL",
        b'R' => "REDUCE",
        b'b' => "BUILD",
        b'i' => "INST",
        b'o' => "OBJ",
        0x81 => "NEWOBJ",
        0x92 => "NEWOBJ_EX",
        b'P' => "PERSID",
        b'Q' => "BINPERSID",
        0x82 => "EXT1",
        0x83 => "EXT2",
        0x84 => "EXT4",
        0x97 => "NEXT_BUFFER",
        0x98 => "READONLY_BUFFER",
        _ => return PickleError::Opcode { opcode, offset },
    };
    PickleError::Refused { opcode: name, offset }
}

#[cfg(test)]
mod tests {
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
    fn pickles_behind_one_another_become_lines_and_a_pickled_text_is_itself() {
        assert_eq!(
            json(b"\x80\x04}.\x80\x04\x8c\x03[1].\x80\x02U\x02{}."),
            "{}\n[1]\n{}"
        );
    }

    #[test]
    fn what_would_run_something_is_refused_by_its_name() {
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
    fn values_that_hold_themselves_or_one_another_often_end_at_a_limit() {
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
    fn a_pickle_cut_anywhere_is_an_error() {
        let pickle = b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01a\x94]\x94K\x01a\x8c\x01b\x8a\x01\xffu.";
        assert_eq!(json(pickle), r#"{"a":[1],"b":-1}"#);
        for length in 1..pickle.len() {
            assert!(unpickle(&pickle[..length]).is_err(), "{length}");
        }
    }
}
