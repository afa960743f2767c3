//! Documents and objects that many tests use, made once and kept in the build directory.
//!
//! nextest runs each test in a process of its own, and making a document takes longer than most tests.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use exportdoc::internal::build::in_record_order;
use exportdoc::internal::object::{ObjectKey, SyncObject};
use exportdoc::internal::sample::SampleSize;

use super::{framed, inventory_of, records};

/// Returns a directory that `make` has filled. It is made again if it is older than this program, which may make other
/// content.
fn directory(name: &str, make: impl FnOnce(&Path)) -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(program.file_stem().unwrap());
    fs::create_dir_all(&home).unwrap();
    let directory = home.join(name);
    let built = fs::metadata(program).unwrap().modified().unwrap();
    let is_current = || fs::metadata(&directory).is_ok_and(|kept| kept.modified().unwrap() > built);
    if is_current() {
        return directory;
    }
    let lock = File::create(directory.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if !is_current() {
        let new = tempfile::tempdir_in(&home).unwrap();
        make(new.path());
        if directory.exists() {
            fs::remove_dir_all(&directory).unwrap();
        }
        // Its time is that of its last new entry.
        File::create(new.path().join("complete")).unwrap();
        fs::rename(new.keep(), &directory).unwrap();
    }
    directory
}

fn write(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// The directory with every document of `testkit`.
pub(super) fn documents() -> PathBuf {
    let made = directory("documents", |new| {
        for (name, bytes) in testkit::documents() {
            write(&new.join("made").join(name), &bytes);
        }
    });
    made.join("made")
}

/// The directory with the audit cases of `testkit`: `audit/FINDING/FILE`.
pub(super) fn audit_cases() -> PathBuf {
    let made = directory("audit-cases", |new| {
        for case in testkit::audit::cases() {
            for (name, bytes) in case.files() {
                write(&new.join("made/audit").join(case.rule).join(name), bytes);
            }
        }
    });
    made.join("made")
}

/// The sample objects, or the closure of one, in the order of records.
pub(super) fn objects(root: Option<&ObjectKey>) -> Vec<SyncObject<'static>> {
    let name = |root: &ObjectKey| format!("{}-{}", root.type_number, root.identifier);
    let kept = directory("objects", |new| {
        let all = inventory_of(SampleSize::SMALL);
        let keep = |name: &str, objects: &[SyncObject<'_>]| {
            let objects: Vec<_> = objects.iter().map(|object| object.as_bytes().to_vec()).collect();
            write(&new.join(name), &framed(&objects));
        };
        keep("all", &all);
        for root in super::roots() {
            let closure = in_record_order(all.clone(), std::slice::from_ref(&root)).unwrap();
            keep(&name(&root), &closure);
        }
    });
    let blob = fs::read(kept.join(root.map_or_else(|| "all".to_owned(), name))).unwrap();
    let objects = records(&blob).into_iter();
    objects
        .map(|bytes| SyncObject::from_bytes(bytes).unwrap())
        .collect()
}
