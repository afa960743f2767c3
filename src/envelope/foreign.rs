//! Recognises files that contain or refer to a document in another form, by their first bytes.

/// A kind of file that contains or refers to a document.
#[derive(Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The possible first bytes, after white space.
    begins: &'static [&'static str],
    /// The name in messages.
    pub what: &'static str,
    /// What the user can do.
    pub help: &'static str,
}

/// The kinds, in the order in which they are tried.
static KINDS: &[Foreign] = &[
    Foreign {
        begins: &["<<<<<<< "],
        what: CONFLICT.what,
        help: CONFLICT.help,
    },
    Foreign {
        begins: &["version https://git-lfs"],
        what: "a Git LFS pointer to the document",
        help: "Fetch the document itself: git lfs pull.",
    },
    Foreign {
        begins: &["-----BEGIN AGE ENCRYPTED FILE", "age-encryption.org/"],
        what: "encrypted with age",
        help: "Decrypt it first: age --decrypt.",
    },
    Foreign {
        begins: &["$ANSIBLE_VAULT;"],
        what: "encrypted with ansible-vault",
        help: "Decrypt it first: ansible-vault view.",
    },
    Foreign {
        begins: &["-----BEGIN PGP MESSAGE"],
        what: "encrypted with PGP",
        help: "Decrypt it first: gpg --decrypt.",
    },
    Foreign {
        begins: &["\0GITCRYPT\0"],
        what: "encrypted with git-crypt",
        help: "Unlock the repository first: git-crypt unlock.",
    },
    Foreign {
        begins: &["Salted__"],
        what: "encrypted with 'openssl enc'",
        help: "Decrypt it first: openssl enc -d.",
    },
    Foreign {
        begins: &["HTTP/1.", "HTTP/2", "HTTP/3"],
        what: "an HTTP answer with its head, as 'curl -i' prints it",
        help: "Leave -i out and save with curl -o, or cut off everything before the first '{'.",
    },
    Foreign {
        begins: &["{'", "{u'", "[{'", "[{u'"],
        what: "a printed Python object, which isn't JSON",
        help: "Let Python write it with json.dump instead of print or str.",
    },
    Foreign {
        begins: &["-----BEGIN "],
        what: "PEM, a key or a certificate",
        help: "Give the export document itself.",
    },
];

/// A file with conflict markers.
pub(super) static CONFLICT: Foreign = Foreign {
    begins: &[],
    what: "a file with an unresolved git conflict",
    help: "Resolve the conflict first: merge the documents of both sides, or take one with 'git checkout --ours' or '--theirs'.",
};

/// A JSON document whose values sops encrypted.
pub(super) static SOPS: Foreign = Foreign {
    begins: &[],
    what: "encrypted with sops",
    help: "Decrypt it first: sops --decrypt.",
};

/// Recognises a file by its first bytes.
pub(super) fn foreign(head: &[u8]) -> Option<&'static Foreign> {
    let head = crate::byte_order_mark::without_mark(head).trim_ascii_start();
    let begins = |kind: &&Foreign| kind.begins.iter().any(|begin| head.starts_with(begin.as_bytes()));
    KINDS.iter().find(begins)
}
