//! Recordings of an engine: made by a proxy, replayed by a mock, and compared with one.
//!
//! # The directory
//!
//! - `manifest.json`: the format's number, the engine's URL without a password, when and by which version it was made. It
//!   is written whole: into a temporary file that is renamed.
//! - `exchanges.jsonl`: a line per request and answer. A line is appended whole, after its bodies, so a kill loses at most
//!   the last line. A reader skips a last line without an end.
//! - `bodies/`: export documents and long bodies, each named by its hash and written whole. A short body is in its line:
//!   as `json` if it is JSON in one line, else as `text`.
//!
//! People may write a recording themselves: a manifest with the format's number, and lines with `method`, `path` and an
//! `answer` with its `status` are enough.
//!
//! # Secrets
//!
//! Tokens, passwords, passphrases and cookies never reach the directory. Headers, parameters and members are hidden by
//! name and by form, as in the journal. Each value seen as a password, a passphrase or a token is also searched for in
//! all later texts. Documents are decrypted with the passphrase that the client sent and redacted by the library, unless
//! secrets are kept. What can't be read (compressed, not text, a document that can't be redacted) is left out, and the
//! line says why.
//!
//! # Limits
//!
//! Requests and answers are streamed. Copies of bodies take 64 MiB each and 256 MiB together; what is beyond isn't
//! recorded, but passes. A line of a recording has at most 64 MiB, a recording 1,000,000 exchanges and 1 GiB of bodies.
//!
//! # State
//!
//! A mock starts with the state before the recording, as far as the recording shows it. Exports are loaded like `--load`.
//! Lists and single rows become rows with their ids, and objects if their type has some. Left out is what the recorded
//! client made: rows of answered POSTs, and everything first seen after an import. Counters continue below the first
//! recorded new id, so that the same calls give the same ids.
//!
//! A replay also does recorded changes on that state and drops the answer. So the state follows the client, and requests
//! beside the recording see it.

mod check;
mod compare;
mod content;
mod copies;
mod correlate;
mod directory;
mod exchange;
mod hide;
pub(crate) mod message;
mod proxy;
mod question;
mod replay;
mod report;
mod upstream;

pub(crate) use self::check::{Check, Checked};
pub(crate) use self::content::rebuild;
use self::directory::RecordingError;
pub(crate) use self::directory::{Recording, RecordingWriter};
pub(crate) use self::proxy::Recorder;
pub(crate) use self::replay::Replayer;
pub(crate) use self::upstream::{Trust, Upstream, UpstreamError};

/// The largest recorded body, and the longest line of a recording.
const LARGEST_BODY: usize = 64 << 20;
/// Memory for the copies of all bodies under way.
const ALL_COPIES: usize = 256 << 20;
/// The largest body within a line.
const SHORT_BODY: usize = 16 << 10;
/// The most exchanges of a recording.
const MOST_EXCHANGES: usize = 1_000_000;
/// Memory for the bodies of a recording.
const ALL_BODIES: u64 = 1 << 30;
