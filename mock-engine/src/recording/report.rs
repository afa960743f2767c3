//! The report of a check, for people and for programs.

use std::io::Write as _;

use serde::Serialize;

use super::compare::{Difference, Kind};

/// The result.
#[derive(Debug, Default, Serialize)]
pub(crate) struct CheckReport {
    pub(super) schema_version: u32,
    /// The number of exchanges of the recording.
    pub(super) exchanges: usize,
    /// Those that were sent again and have no difference.
    pub(super) same: usize,
    pub(super) differing: Vec<Differing>,
    pub(super) left_out: Vec<LeftOut>,
}

#[derive(Debug, Serialize)]
pub(super) struct Differing {
    pub(super) exchange: u64,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) differences: Vec<Difference>,
}

#[derive(Debug, Serialize)]
pub(super) struct LeftOut {
    pub(super) exchange: u64,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) reason: String,
}

impl CheckReport {
    /// The exit code: 0 for no difference, 1 for differences, 2 if nothing was compared.
    pub(crate) fn code(&self) -> u8 {
        match (self.differing.len(), self.same) {
            (0, 0) => 2,
            (0, _) => 0,
            _ => 1,
        }
    }

    /// The report for programs.
    pub(crate) fn json(&self) -> String {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        format!("{text}\n")
    }

    /// The report for people.
    pub(crate) fn text(&self) -> String {
        let mut text = Vec::new();
        for differing in &self.differing {
            let Differing {
                exchange,
                method,
                path,
                ..
            } = differing;
            // Writing to memory can't fail.
            let _ = writeln!(text, "{method} {} (exchange {exchange})", plain(path));
            for difference in &differing.differences {
                let _ = writeln!(text, "  {}", line(difference));
            }
        }
        for LeftOut {
            exchange,
            method,
            path,
            reason,
        } in &self.left_out
        {
            let _ = writeln!(
                text,
                "not sent: {method} {} (exchange {exchange}): {}",
                plain(path),
                plain(reason)
            );
        }
        let (same, all) = (self.same, self.exchanges);
        let _ = match self.differing.len() {
            0 if same == 0 => {
                writeln!(text, "nothing was compared: the recording has {all} exchanges")
            }
            0 => writeln!(text, "same: {same} of {all} exchanges"),
            differing => writeln!(text, "different: {differing} of {all} exchanges; same: {same}"),
        };
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// Text for terminals.
fn plain(text: &str) -> String {
    exportdoc::internal::escape::terminal(text).into_owned()
}

fn line(difference: &Difference) -> String {
    let Difference {
        kind, place, count, ..
    } = difference;
    let recorded = plain(difference.recorded.as_deref().unwrap_or_default());
    let present = plain(difference.present.as_deref().unwrap_or_default());
    let times = if *count > 1 {
        format!(" ({count} times)")
    } else {
        String::new()
    };
    let place = plain(place);
    match kind {
        Kind::Missing => format!("missing  {place}: recorded {recorded}{times}"),
        Kind::Added => format!("added    {place}: here {present}{times}"),
        Kind::Status | Kind::ContentType => format!("{place}: recorded {recorded}, here {present}"),
        Kind::Type => format!("type     {place}: recorded {recorded}, here {present}{times}"),
        Kind::Value => format!("value    {place}: recorded {recorded}, here {present}{times}"),
        Kind::Order => format!("order    {place}: recorded {recorded}; here {present}{times}"),
    }
}
