//! Finds secrets in JDBC URLs.
//! Drivers share no syntax, so this covers the usual forms: properties after `;`, `?`, `&`, `:`, `,` or `(`, a login
//! before a host (`//user:password@host`), and Oracle's `user/password`. Invariant: a URL is printed whole only if
//! [`secret`] returns [`Secret::None`].

use percent_encoding::percent_decode_str;

/// Whether a JDBC URL holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Secret {
    /// Nothing in it looks like one.
    None,
    /// It has a word or a form that suggests a secret, but no secret was found.
    Possible,
    /// It has one.
    Held,
}

/// Endings of the names of properties with a secret, letters and digits only.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passwort",
    "passwrd",
    "kennwort",
    "pswd",
    "psw",
    "pwd",
    "passphrase",
    "passcode",
    "secret",
    "secretkey",
    "secretaccesskey",
    "token",
    "privatekey",
    "privatekeybase",
    "pvtkey",
    "apikey",
    "accountkey",
    "sharedaccesskey",
    "sharedaccesssignature",
    "encryptionkey",
    "hexkey",
    "kerberoskey",
    "keyvaultproviderclientkey",
    // Teradata's login data.
    "logdata",
    "credential",
    "credentials",
    // `pass` also ends words of other meanings.
    "userpass",
    "dbpass",
    "proxypass",
    "sslpass",
    "keypass",
    "storepass",
];

/// Words that make a URL suspicious anywhere.
const WORDS: &[&str] = &[
    "pass",
    "pwd",
    "secret",
    "token",
    "credential",
    "privatekey",
    "private_key",
    "pvtkey",
    "apikey",
    "accountkey",
    "accesskey",
    "signature",
    "hexkey",
    "encryptionkey",
];

/// Separators before and between properties.
const SEPARATORS: [char; 12] = [';', '&', '?', ',', '(', ')', '{', '}', ':', '/', '#', '='];

/// Looks for a secret in a JDBC URL.
pub fn secret(url: &str) -> Secret {
    let folded = fold(url);
    let decoded = decoded(&folded);
    let property = in_properties(&folded).max(in_properties(&decoded));
    if property == Secret::Held {
        return Secret::Held;
    }
    let login = login(&folded).max(property);
    if login == Secret::None && WORDS.iter().any(|word| decoded.contains(word)) {
        return Secret::Possible;
    }
    login
}

/// Whether a property, parameter, header or member of this name has a secret. Spelling and case don't matter.
pub fn names_secret(name: &str) -> bool {
    matches!(kind(name), Kind::Password | Kind::Secret)
}

/// Looks for a secret in the JDBC URLs of a text.
pub(crate) fn secret_within(text: &str) -> Secret {
    match fold(text).find("jdbc:") {
        Some(_) => secret(text),
        None => Secret::None,
    }
}

/// Folds case as Java's `equalsIgnoreCase` does, where `ſ` is an S.
fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

fn decoded(text: &str) -> String {
    fold(&percent_decode_str(text).decode_utf8_lossy())
}

/// Looks for properties that have the name of a secret and a value.
fn in_properties(url: &str) -> Secret {
    let each = url.match_indices('=').map(|(at, _)| {
        let before = url[..at].trim_end();
        let start = before.rfind(SEPARATORS);
        let name = &before[start.map_or(0, |start| start + 1)..];
        let separator = start.and_then(|start| before[start..].chars().next());
        let value = url[at + 1..].trim_start();
        match kind(name) {
            Kind::Password if is_set(value, separator) => Secret::Held,
            // `useToken=true` and the like are switches.
            Kind::Secret if is_set(value, separator) && !is_switch(value) => Secret::Held,
            Kind::Doubtful if is_set(value, separator) && !is_switch(value) => Secret::Possible,
            _ => Secret::None,
        }
    });
    each.max().unwrap_or(Secret::None)
}

#[derive(PartialEq)]
enum Kind {
    Other,
    /// The name of a password.
    Password,
    /// A name that ends with a word for a secret.
    Secret,
    /// A name that secrets and other properties have.
    Doubtful,
}

fn kind(name: &str) -> Kind {
    let plain = |text: &str| {
        let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        // MySQL's second and third factor are password2 and password3.
        letters.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()
    };
    let name = decoded(name);
    // JAAS separates its options by white space.
    let last = plain(name.split_whitespace().next_back().unwrap_or_default());
    let plain = plain(&name);
    let is_password = |name: &str| ["password", "passwd", "pwd", "pass", "pw"].contains(&name);
    if is_password(&plain) || is_password(&last) {
        Kind::Password
    } else if NAMES.iter().any(|end| plain.ends_with(end)) {
        Kind::Secret
    } else if ["auth", "key"].contains(&plain.as_str()) {
        Kind::Doubtful
    } else {
        Kind::Other
    }
}

/// Whether a property has a value. A separator that ends its list leaves the value empty. Any other separator may begin
/// the value, unless another property follows.
fn is_set(value: &str, separator: Option<char>) -> bool {
    if ["{}", "\"\"", "''"].iter().any(|empty| value.starts_with(empty)) {
        return false;
    }
    let Some(first) = value.chars().next() else {
        return false;
    };
    let ends: &[char] = match separator {
        Some('?' | '&') => &['&', '#'],
        Some('(' | ',' | '/') => &[',', ')'],
        _ => &[';'],
    };
    if ends.contains(&first) {
        return false;
    }
    if [';', '&', ',', ')', '}'].contains(&first) {
        let rest = value[first.len_utf8()..].trim_start_matches([')', '}', '/']);
        let next = rest.split([';', '&', ',']).next().unwrap_or_default();
        return !rest.is_empty() && !next.contains('=');
    }
    true
}

fn is_switch(value: &str) -> bool {
    let end = value.find([';', '&', ',', ')', '}']).unwrap_or(value.len());
    ["true", "false", "yes", "no", "on", "off", "0", "1"].contains(&value[..end].trim())
}

/// Looks at the login before a host.
fn login(url: &str) -> Secret {
    if let Some(rest) = oracle(url) {
        return oracle_login(rest);
    }
    let Some((scheme, rest)) = url.split_once("//") else {
        // Without a user, a scheme precedes the '@'. It ends with a colon.
        return match url.split_once('@') {
            Some((before, _)) if !before.is_empty() && !before.ends_with(':') => Secret::Possible,
            _ => Secret::None,
        };
    };
    let possible = scheme.contains('@') || rest.contains('@');
    let authority = rest.split(['?', ';']).next().unwrap_or_default();
    let Some((logins, _)) = authority.rsplit_once('@') else {
        return if possible { Secret::Possible } else { Secret::None };
    };
    let mut pieces = logins.split([',', '@']).peekable();
    while let Some(piece) = pieces.next() {
        let (host_and_port, path) = match piece.split_once('/') {
            Some((before, _)) => (before, true),
            None => (piece, false),
        };
        let Some((_, behind)) = after_host(host_and_port).split_once(':') else {
            continue;
        };
        let port = !behind.is_empty() && behind.bytes().all(|b| b.is_ascii_digit());
        // Each of several hosts may have a port. A login is directly before the '@'.
        let login = !path && !behind.is_empty() && (!port || pieces.peek().is_none());
        let torn = path && !port;
        if login || torn {
            return Secret::Held;
        }
    }
    Secret::Possible
}

/// The part after an IPv6 host, which has colons itself.
fn after_host(text: &str) -> &str {
    match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_, behind)) => behind,
        None => text,
    }
}

/// Looks at the part after `jdbc:oracle:DRIVER:`.
fn oracle(url: &str) -> Option<&str> {
    let rest = url.trim_start();
    let rest = rest.strip_prefix("jdbc:").unwrap_or(rest);
    let (_, rest) = rest.strip_prefix("oracle:")?.split_once(':')?;
    Some(rest)
}

/// `user/password`, optionally followed by `@` and a database.
fn oracle_login(rest: &str) -> Secret {
    if rest.starts_with("//") {
        return match rest.contains('@') {
            true => Secret::Possible,
            false => Secret::None,
        };
    }
    let (login, at) = match rest.split_once('@') {
        Some((login, _)) => (login, true),
        None => (rest, false),
    };
    match login.split_once('/') {
        Some((_, "")) => Secret::None,
        // `host:port/service` lacks its '@'.
        Some((user, _)) if !at && user.contains(':') => Secret::Possible,
        Some(_) => Secret::Held,
        None if login.contains(':') && at => Secret::Possible,
        None => Secret::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One URL per line, after its name and a tab.
    fn table(text: &str) -> impl Iterator<Item = (&str, &str)> {
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_once('\t').expect("a name, a tab and a URL"))
    }

    #[test]
    fn secrets_are_seen_in_every_known_form() {
        for (name, url) in table(include_str!("../testdata/handmade/jdbc/secret.tsv")) {
            assert_eq!(secret(url), Secret::Held, "{name}: {url}");
        }
    }

    #[test]
    fn urls_without_a_secret_are_not_accused() {
        for (name, url) in table(include_str!("../testdata/handmade/jdbc/clean.tsv")) {
            assert_ne!(secret(url), Secret::Held, "{name}: {url}");
        }
    }

    #[test]
    fn plain_urls_are_printed() {
        for url in [
            "",
            "jdbc:oracle:thin:@10.0.1.20:1521/x",
            "jdbc:oracle:thin:@//db.example.com:1521/x",
            "jdbc:oracle:thin:hr@db.example.com:1521/x",
            "jdbc:sqlserver://db.example.com;user=sa;encrypt=true",
            "jdbc:mysql://db1:3306,[2001:db8::1]:3306/x?useSSL=true",
            "jdbc:postgresql://db.example.com:5432/x?user=a",
            "jdbc:foo://db.example.com/x?auth=true",
        ] {
            assert_eq!(secret(url), Secret::None, "{url}");
        }
    }

    #[test]
    fn odd_urls_are_not_printed() {
        for url in [
            "jdbc:mysql://db.example.com/y?trustStorePassWords=",
            "jdbc:tibero:thin:hr/tiger@db",
            "jdbc:mysql://db.example.com:3306/12@34",
            "jdbc:postgresql://db.example.com/x?options=a@b",
            "jdbc:foo://db.example.com/x?p%61ss",
            "jdbc:foo://db.example.com/x?auth=sesame",
            "jdbc:foo://db.example.com;key=sesame",
        ] {
            assert_eq!(secret(url), Secret::Possible, "{url}");
        }
    }
}
