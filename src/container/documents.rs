//! Splits a text with several documents: an array, or lines.
//!
//! Invariants: a text with one document passes unchanged, including any bytes after the document. If one of several
//! documents is lost, there is an error. Only the white space between documents is held in memory.

use std::io::{self, BufRead, Read};

use super::{ContainerError, begins_like_a_document};
use crate::envelope::{Token, Tokenizer};

/// Limit on white space between documents, which is held until the next byte shows whether a document follows.
const WHITE_SPACE: usize = 64 * 1024;

/// The documents in a text, one after the other.
#[derive(Debug)]
pub struct Documents<S> {
    source: S,
    form: Form,
    /// Number of documents that were begun.
    begun: u64,
    state: State,
    value: Value,
    /// White space behind a document, to be passed on if no document follows.
    pending: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// One document, or lines of documents.
    Lines,
    /// `[` and documents with commas between them.
    Array,
    /// Any other text, which passes unchanged.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The next document begins here.
    Ready,
    /// Inside a document.
    Inside,
    /// Behind the last document: the rest is passed on.
    Rest,
    /// At the end.
    Over,
}

/// A JSON value that is being read.
#[derive(Debug, Default)]
struct Value {
    tokens: Tokenizer,
    depth: u64,
}

impl Value {
    /// Returns the number of bytes that belong to the value, and whether it ends with them.
    fn follow(&mut self, piece: &[u8]) -> (usize, bool) {
        let mut at = 0;
        loop {
            let (used, token) = self.tokens.next(piece.get(at..).unwrap_or_default());
            at += used;
            match token {
                None => return (at, false),
                Some(Token::Open(_)) => self.depth += 1,
                Some(Token::Close) => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return (at, true);
                    }
                }
                Some(_) => {}
            }
        }
    }
}

impl<S: BufRead> Documents<S> {
    /// Splits a source that begins with `head`.
    ///
    /// # Errors
    /// The source fails.
    pub fn new(mut source: S, head: &[u8]) -> io::Result<Self> {
        let mut form = if begins_like_a_document(head) {
            Form::Lines
        } else {
            Form::Other
        };
        let behind_mark = crate::byte_order_mark::without_mark(head).trim_ascii_start();
        if form == Form::Lines
            && let Some(elements) = behind_mark.strip_prefix(b"[")
            && elements.trim_ascii_start().first() == Some(&b'{')
        {
            form = Form::Array;
            let mut before = head.len() - elements.len();
            while before > 0 {
                let held = source.fill_buf()?.len().min(before);
                source.consume(held);
                before -= held;
            }
        }
        Ok(Self {
            source,
            form,
            begun: 0,
            state: State::Ready,
            value: Value::default(),
            pending: Vec::new(),
        })
    }

    /// Whether the text is an array, or several documents were begun.
    pub fn is_list(&self) -> bool {
        self.form == Form::Array || self.begun > 1
    }

    /// Begins the next document, which the caller reads; `None` behind the last.
    ///
    /// # Errors
    /// The source fails, or the list breaks off.
    pub fn next_document(&mut self) -> io::Result<Option<Element<'_, S>>> {
        self.skip_rest()?;
        if self.state == State::Over {
            return Ok(None);
        }
        self.begun += 1;
        self.value = Value::default();
        self.state = match self.form {
            Form::Other => State::Rest,
            Form::Lines | Form::Array => State::Inside,
        };
        Ok(Some(Element { documents: self }))
    }

    /// Whether another document follows.
    ///
    /// # Errors
    /// As [`Self::next_document`].
    pub fn has_more(&mut self) -> io::Result<bool> {
        self.skip_rest()?;
        Ok(self.state == State::Ready)
    }

    /// Skips the rest of the current document.
    fn skip_rest(&mut self) -> io::Result<()> {
        while matches!(self.state, State::Inside | State::Rest) {
            self.read_on(&mut [0; 8 * 1024])?;
        }
        Ok(())
    }

    fn read_on(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        match self.state {
            State::Ready | State::Over => Ok(0),
            State::Inside => {
                let piece = self.source.fill_buf()?;
                if piece.is_empty() {
                    self.state = State::Over;
                    return Ok(0);
                }
                let piece = piece.get(..buffer.len()).unwrap_or(piece);
                let (used, ended) = self.value.follow(piece);
                buffer[..used].copy_from_slice(&piece[..used]);
                self.source.consume(used);
                if ended {
                    self.state = match self.form {
                        Form::Array => self.behind_element()?,
                        Form::Lines | Form::Other => self.behind_line()?,
                    };
                }
                Ok(used)
            }
            State::Rest => {
                if !self.pending.is_empty() {
                    let count = self.pending.len().min(buffer.len());
                    buffer[..count].copy_from_slice(&self.pending[..count]);
                    self.pending.drain(..count);
                    return Ok(count);
                }
                let count = self.source.read(buffer)?;
                if count == 0 {
                    self.state = State::Over;
                }
                Ok(count)
            }
        }
    }

    /// The state behind a document that is alone or in a line.
    fn behind_line(&mut self) -> io::Result<State> {
        while self.pending.len() < WHITE_SPACE
            && let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek()?
        {
            self.pending.push(byte);
            self.source.consume(1);
        }
        if self.peek()? == Some(b'{') && self.pending.contains(&b'\n') {
            self.pending.clear();
            return Ok(State::Ready);
        }
        Ok(State::Rest)
    }

    /// The state behind a document in an array.
    fn behind_element(&mut self) -> io::Result<State> {
        let broken = ContainerError::BrokenList(self.begun);
        match self.past_white_space()? {
            Some(b',') if self.past_white_space_and_one()? == Some(b'{') => Ok(State::Ready),
            Some(b']') if self.past_white_space_and_one()?.is_none() => Ok(State::Over),
            _ => Err(broken.into()),
        }
    }

    fn past_white_space_and_one(&mut self) -> io::Result<Option<u8>> {
        self.source.consume(1);
        self.past_white_space()
    }

    fn past_white_space(&mut self) -> io::Result<Option<u8>> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek()? {
            self.source.consume(1);
        }
        self.peek()
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.source.fill_buf()?.first().copied())
    }
}

/// One document of a text.
#[derive(Debug)]
pub struct Element<'d, S> {
    documents: &'d mut Documents<S>,
}

impl<S: BufRead> Read for Element<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.documents.read_on(buffer)
    }
}

/// The only document in a text. If others follow, reading ends with an error that has their number.
#[derive(Debug)]
pub struct OneDocument<S> {
    documents: Documents<S>,
}

impl<S: BufRead> OneDocument<S> {
    /// Splits a source that begins with `head`.
    ///
    /// # Errors
    /// The source fails.
    pub fn new(source: S, head: &[u8]) -> io::Result<Self> {
        let mut documents = Documents::new(source, head)?;
        documents.next_document()?;
        Ok(Self { documents })
    }
}

impl<S: BufRead> Read for OneDocument<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.documents.read_on(buffer)?;
        if count > 0 || buffer.is_empty() {
            return Ok(count);
        }
        let mut documents = 1;
        while self.documents.next_document()?.is_some() {
            documents += 1;
        }
        match documents {
            1 => Ok(0),
            several => Err(ContainerError::Several(several).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Result<Vec<String>, String> {
        // A buffer of one byte puts a border at every place.
        for size in [1, 3, 7, 8192] {
            let source = io::BufReader::with_capacity(size, text.as_bytes());
            let mut documents = Documents::new(source, text.as_bytes()).unwrap();
            let mut all = Vec::new();
            let mut failed = None;
            loop {
                match documents.next_document() {
                    Ok(None) => break,
                    Ok(Some(mut element)) => {
                        let mut text = String::new();
                        if let Err(error) = element.read_to_string(&mut text) {
                            failed = Some(error.to_string());
                            break;
                        }
                        all.push(text);
                    }
                    Err(error) => {
                        failed = Some(error.to_string());
                        break;
                    }
                }
            }
            if size == 8192 {
                return failed.map_or(Ok(all), Err);
            }
        }
        unreachable!()
    }

    const ONE: &str = r#"{"blob":"a]}\"[{\\","x":[{}]}"#;

    #[test]
    fn one_document_passes_with_every_byte_behind_it() {
        for behind in [
            "", "\n", " \n\n", "{}", "\nx", "\n[1]", ",", "]", "\u{feff}", " {}",
        ] {
            let text = format!("{ONE}{behind}");
            assert_eq!(split(&text), Ok(vec![text.clone()]), "{text}");
        }
        for other in ["", "{}", "{}\n{}", "[]", "[1]", "<html>", "[[[[", "{\"blob\":"] {
            let whole = if other.is_empty() {
                vec![String::new()]
            } else {
                vec![other.to_owned()]
            };
            assert_eq!(split(other), Ok(whole), "{other}");
        }
    }

    #[test]
    fn lines_and_arrays_are_split() {
        let second = "{\n \"blob\": 2\n}";
        for text in [
            format!("{ONE}\n{second}\r\n\n{ONE}\n"),
            format!(" [ {ONE},{second}\n,\n{ONE} ] \n"),
            format!("\u{feff}[{ONE},{second},{ONE}]"),
        ] {
            let found = split(&text).unwrap();
            let found: Vec<&str> = found.iter().map(|one| one.trim()).collect();
            assert_eq!(found, [ONE, second, ONE], "{text}");
        }
        assert_eq!(split(&format!("[{ONE}]")), Ok(vec![ONE.to_owned()]));
    }

    #[test]
    fn broken_list_is_an_error() {
        for end in ["", ",", ",5]", "]x", " {}]", "}"] {
            let error = split(&format!("[{ONE}{end}")).unwrap_err();
            assert!(error.contains("after number 1"), "{error}");
        }
    }

    #[test]
    fn several_documents_instead_of_one_are_counted() {
        let read = |text: &str| {
            let mut content = String::new();
            OneDocument::new(text.as_bytes(), text.as_bytes())
                .and_then(|mut one| one.read_to_string(&mut content))
                .map_err(|error| error.to_string())
                .map(|_| content)
        };
        assert_eq!(read(&format!("[{ONE}]")), Ok(ONE.to_owned()));
        assert_eq!(read(&format!("{ONE}\n")), Ok(format!("{ONE}\n")));
        let error = read(&format!("{ONE}\n{ONE}\n{ONE}\n")).unwrap_err();
        assert_eq!(error, "3 documents in one file, where one is expected");
        assert!(
            read(&format!("[{ONE},{ONE}]"))
                .unwrap_err()
                .starts_with("2 documents")
        );
    }
}
