//! Paging of lists.
//!
//! Invariant: `total` is exact; clients loop until they have collected that many.

use std::ops::Range;

use serde::Serialize;

use super::EngineError;
use crate::engine::defaults;

/// The page that a client asks for.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest {
    /// Number, from 1.
    pub number: u64,
    /// Size, at least 1.
    pub size: u64,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self {
            number: 1,
            size: defaults::PAGE_SIZE,
        }
    }
}

impl PageRequest {
    /// Returns the range of this page among `total` entries. An empty list has a page 1.
    pub fn range(self, total: usize) -> Result<Range<usize>, EngineError> {
        let count = total as u64;
        let last = count.div_ceil(self.size).max(1);
        if self.number > last {
            return Err(EngineError::PageOutOfRange {
                page: self.number,
                last,
            });
        }
        let start = (self.number - 1) * self.size;
        let end = start.saturating_add(self.size).min(count);
        // Both are at most `total`, a usize.
        Ok(start as usize..end as usize)
    }
}

/// A page in the API's envelope.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    #[serde(rename = "_pageInfo")]
    info: PageInfo,
    #[serde(rename = "responseList")]
    entries: Vec<T>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    number_on_page: usize,
    total: usize,
}

impl<T> Page<T> {
    /// Cuts a page out of a complete list; skips the other entries.
    pub fn cut(all: impl ExactSizeIterator<Item = T>, request: PageRequest) -> Result<Self, EngineError> {
        let total = all.len();
        let range = request.range(total)?;
        let page = all.skip(range.start).take(range.len());
        Ok(Self::new(page.collect(), total))
    }

    /// Converts the entries.
    pub fn map<U>(self, form: impl FnMut(T) -> U) -> Page<U> {
        Page {
            info: self.info,
            entries: self.entries.into_iter().map(form).collect(),
        }
    }

    /// Converts the entries; fails if one of them fails.
    pub fn try_map<'a, U, E>(&'a self, form: impl FnMut(&'a T) -> Result<U, E>) -> Result<Page<U>, E> {
        Ok(Page {
            info: self.info,
            entries: self.entries.iter().map(form).collect::<Result<_, _>>()?,
        })
    }

    /// Wraps the entries of a page.
    pub fn new(entries: Vec<T>, total: usize) -> Self {
        Self {
            info: PageInfo {
                number_on_page: entries.len(),
                total,
            },
            entries,
        }
    }
}
