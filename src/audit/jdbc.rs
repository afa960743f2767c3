//! Tells whether a JDBC URL carries a password.
//!
//! Drivers agree on no form, so this knows the usual ones: a property whose name ends in `password`, `passwd` or `pwd`,
//! `user/password@` of Oracle's thin driver, and `//user:password@host`.

/// Names of properties that hold a password end like this.
const PROPERTIES: [&str; 3] = ["password=", "passwd=", "pwd="];

/// Whether a JDBC URL holds a password, as far as its form is a known one.
pub(super) fn holds_password(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    PROPERTIES.iter().any(|name| property_is_set(&lower, name)) || in_front_of_host(&lower)
}

fn property_is_set(url: &str, name: &str) -> bool {
    url.match_indices(name).any(|(at, _)| {
        let value = &url[at + name.len()..];
        value
            .chars()
            .next()
            .is_some_and(|c| !matches!(c, ';' | '&' | ',' | ')' | '}'))
    })
}

fn in_front_of_host(url: &str) -> bool {
    let Some((before, _)) = url.split_once('@') else {
        return false;
    };
    if let Some(login) = before.strip_prefix("jdbc:oracle:thin:") {
        return login
            .split_once('/')
            .is_some_and(|(user, password)| !user.is_empty() && !password.is_empty());
    }
    let Some((_, login)) = before.split_once("://") else {
        return false;
    };
    !login.contains(['/', '?', ';'])
        && login
            .split_once(':')
            .is_some_and(|(_, password)| !password.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_seen_in_every_known_form() {
        for url in [
            "jdbc:oracle:thin:hr/tiger@db.example.com:1521/x",
            "jdbc:sqlserver://db.example.com;user=sa;password=x",
            "jdbc:sqlserver://db.example.com;user=sa;PWD=x",
            "jdbc:postgresql://db.example.com/x?user=a&password=b",
            "jdbc:mysql://root:x@db.example.com/y",
            "jdbc:mysql://db.example.com/y?trustCertificateKeyStorePassword=z",
        ] {
            assert!(holds_password(url), "{url}");
        }
    }

    #[test]
    fn urls_without_a_password_are_not_accused() {
        for url in [
            "",
            "jdbc:oracle:thin:@10.0.1.20:1521/x",
            "jdbc:oracle:thin:@//db.example.com:1521/x",
            "jdbc:oracle:thin:/@db",
            "jdbc:oracle:thin:hr@db.example.com:1521/x",
            "jdbc:sqlserver://db.example.com;user=sa;password=;encrypt=true",
            "jdbc:postgresql://db.example.com:5432/x?user=a",
            "jdbc:postgresql://db.example.com:5432/x?email=a:b@c",
            "jdbc:mysql://root@db.example.com/y",
            "jdbc:db2://db.example.com:50000/password",
        ] {
            assert!(!holds_password(url), "{url}");
        }
    }
}
