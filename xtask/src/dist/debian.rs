//! The Debian package: both programs, their manual pages and completions where Debian's shells look for them.

use super::archive::{self, Entry};
use super::{Failure, Release, text};

/// Debian's name of a target's processor, for targets that have Debian.
pub(super) fn architecture(target: &str) -> Option<&'static str> {
    let processor = target.split_once("-unknown-linux-")?.0;
    match processor {
        "x86_64" => Some("amd64"),
        "aarch64" => Some("arm64"),
        _ => None,
    }
}

/// The bytes of the package. Static programs depend on no other package.
pub(super) fn package(release: &Release, architecture: &str) -> Result<Vec<u8>, Failure> {
    let files = files(release)?;
    let size: usize = files.iter().map(Entry::kib).sum();
    let control = format!(
        "Package: exportdoc\n\
         Version: {}\n\
         Architecture: {architecture}\n\
         Maintainer: The exportdoc contributors <exportdoc@example.invalid>\n\
         Installed-Size: {size}\n\
         Section: utils\n\
         Priority: optional\n\
         Description: export documents of data-masking engines, and a mock of such an engine\n \
         exportdoc shows the content of export documents, checks signatures, compares, merges,\n \
         audits, and predicts what an import will do. mock-engine stands in for an engine in tests.\n",
        release.version
    );
    let control = [Entry::file("./control".to_owned(), control.into_bytes())];
    Ok(archive::ar(
        &[
            ("debian-binary", b"2.0\n".to_vec()),
            ("control.tar.gz", archive::tar_gz(&control, release.time)?),
            ("data.tar.gz", archive::tar_gz(&files, release.time)?),
        ],
        release.time,
    ))
}

fn files(release: &Release) -> Result<Vec<Entry>, Failure> {
    let share = "./usr/share";
    let documentation = format!("{share}/doc/exportdoc");
    let licences = [
        b"Licensed under MIT or Apache-2.0, at your choice.\n\n".to_vec(),
        text("LICENSE-MIT")?,
        b"\n".to_vec(),
        text("LICENSE-APACHE")?,
    ];
    let mut files = vec![
        Entry::file(format!("{documentation}/copyright"), licences.concat()),
        Entry::file(
            format!("{documentation}/changelog.gz"),
            archive::gz(&text("CHANGELOG.md")?)?,
        ),
        Entry::file(format!("{documentation}/README.md"), text("README.md")?),
    ];
    for program in &release.programs {
        let name = program.name;
        files.push(Entry::program(format!("./usr/bin/{name}"), program.bytes.clone()));
        for page in &program.completions {
            let folder = match page.name.rsplit_once('.').map(|(_, ending)| ending) {
                Some("bash") => format!("bash-completion/completions/{name}"),
                Some("fish") => format!("fish/vendor_completions.d/{name}.fish"),
                None => format!("zsh/vendor-completions/_{name}"),
                Some(_) => continue,
            };
            files.push(Entry::file(format!("{share}/{folder}"), page.text.clone()));
        }
        for page in &program.manual {
            let path = format!("{share}/man/man1/{}.gz", page.name);
            files.push(Entry::file(path, archive::gz(&page.text)?));
        }
    }
    Ok(files)
}
