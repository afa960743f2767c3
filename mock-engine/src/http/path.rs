//! Paths as clients write them.
//!
//! Invariant: every spelling of an endpoint (with a version, a trailing slash, doubled slashes) is routed as one
//! path, so each route is declared once.

use http::Uri;
use http::uri::PathAndQuery;

/// The URI under which a request is routed.
pub fn normalise(uri: &Uri) -> Option<Uri> {
    let path = canonical(uri.path());
    let path_and_query = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    PathAndQuery::try_from(path_and_query).ok().map(Uri::from)
}

/// The canonical spelling of a path.
pub fn canonical(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if matches!(parts.as_slice(), ["masking", "api", version, ..] if is_version(version)) {
        parts.remove(2);
    }
    format!("/{}", parts.join("/"))
}

/// A version prefix, such as `v5.1.27`. Any version will do: the mock serves clients of all versions alike.
fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|numbers| {
        let mut count = 0;
        let digits = |number: &str| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        numbers.split('.').inspect(|_| count += 1).all(digits) && count == 3
    })
}
