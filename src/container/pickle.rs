//! Reads export documents that Python clients pickled: dictionaries, lists and texts.
//!
//! Invariants: nothing is executed and no name is resolved. If an opcode would do so, the error names it. A value that is
//! used many times is held once. The number of values, their nesting and the length of the JSON are bounded.

mod error;

use std::collections::HashMap;

use crate::envelope::{MAX_AROUND_BLOB, MAX_DEPTH};
use error::refusal;

pub use error::PickleError;

/// Limit on values. A document with two full lists has half as many.
const MAX_VALUES: usize = 4_000_000;
/// Limit on open marks. Python opens one per level.
const MAX_MARKS: usize = 1024;
/// Limit on the growth from pickle to JSON. Repeated texts make JSON longer, because a pickle holds them once.
const MAX_GROWTH: usize = 32;

/// Converts one or more pickles to JSON documents, one per line.
///
/// # Errors
/// A pickle with other content, such as code.
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

/// Interprets the opcodes with a stack of values, which are named by index.
struct Machine<'p> {
    bytes: &'p [u8],
    at: usize,
    values: Vec<Value<'p>>,
    stack: Vec<usize>,
    /// Heights of the stack at the open marks.
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

    /// Interprets one pickle; returns the value that it leaves.
    fn run(&mut self) -> Result<usize, PickleError> {
        loop {
            let offset = self.at;
            let [opcode] = self.array()?;
            match opcode {
                // PROTO and FRAME are skipped: an unknown version shows by its opcodes, and frames have no meaning.
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

    /// Takes the topmost value, which must be above the last open mark.
    fn pop(&mut self) -> Result<usize, PickleError> {
        let floor = self.marks.last().copied().unwrap_or_default();
        if self.stack.len() > floor {
            self.stack.pop().ok_or_else(|| self.damaged())
        } else {
            Err(self.damaged())
        }
    }

    /// Takes all values above the last mark.
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
                let number = number.ok_or(PickleError::NoJson("a number that isn't finite"))?;
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
                        _ => return Err(PickleError::NoJson("a dictionary key that isn't text")),
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
    let text = std::str::from_utf8(text).map_err(|_| PickleError::NoJson("bytes that aren't text"))?;
    // Writing to memory can't fail.
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

#[cfg(test)]
mod tests;
