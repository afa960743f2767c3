//! The endpoint that a request for an unknown path may have meant.

use http::Method;

use super::describe::Descriptions;

/// The base of the API, which clients forget.
const BASE: &str = "/masking/api";

/// Longest path that is compared. The work grows with its square.
const LONGEST: usize = 200;

/// The text of an answer to a request for an unknown path.
pub(super) fn no_endpoint(endpoints: &Descriptions, method: &Method, path: &str) -> String {
    let shown: String = path.chars().take(LONGEST).collect();
    let mut text = format!("There is no endpoint {shown}.");
    if let Some((method, path)) = nearest(endpoints, method, path) {
        text.push_str(&format!(" Did you mean {method} {path}?"));
    }
    text
}

/// The nearest endpoint, unless all are far away.
fn nearest<'e>(endpoints: &'e Descriptions, method: &Method, path: &str) -> Option<(String, &'e str)> {
    if path.len() > LONGEST {
        return None;
    }
    let wanted = path.strip_prefix(BASE).unwrap_or(path);
    let far = |(template, methods): (&'e str, Vec<&'static str>)| {
        let filled = filled(template.strip_prefix(BASE).unwrap_or(template), wanted);
        let has_method = methods
            .iter()
            .any(|own| method.as_str().eq_ignore_ascii_case(own));
        let own = if has_method {
            method.as_str()
        } else {
            methods.first()?
        };
        Some((
            distance(&filled, wanted),
            !has_method,
            own.to_ascii_uppercase(),
            template,
        ))
    };
    let (distance, _, method, template) = endpoints.endpoints().filter_map(far).min()?;
    let is_near = distance * 3 <= wanted.len().max(6);
    is_near.then_some((method, template))
}

/// A template with the segments of a path in place of its parameters.
fn filled(template: &str, path: &str) -> String {
    let mut own = path.split('/');
    let parts = template.split('/').map(|part| {
        let own = own.next();
        if part.starts_with('{') {
            own.unwrap_or(part)
        } else {
            part
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// How many characters must be added, removed or replaced.
pub fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, a) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(&other) {
            let above = *cell;
            left = (diagonal + usize::from(a != *b)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}
