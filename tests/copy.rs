//! Objects that go from documents into the next one without being held.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends where something unexpected happens"
)]

mod common;
mod merge_support;

use std::cell::RefCell;
use std::collections::BTreeSet;

use assert_cmd::Command;
use exportdoc::build::{BuildError, Objects};
use exportdoc::copy::{Copying, Outlined, join, to_hold};
use exportdoc::merge::to_look_into;
use exportdoc::report::{Contents, Digests, ExamineOptions, Examined, Keep, examine_bytes};
use tempfile::tempdir;

use merge_support::{DOMAIN, JOB, LOOKUP, Object, RULESET, Thing, document, keys, numbered, objects};

fn outlined(file: &[u8]) -> Examined {
    examine_bytes(file, &ExamineOptions::default(), Keep::Outlines).unwrap()
}

/// A document of which nothing is held.
fn all_elsewhere(file: &[u8]) -> Contents {
    let Examined {
        report,
        outlines,
        contents,
        ..
    } = outlined(file);
    let outlined = Outlined {
        report: &report,
        outlines,
        contents,
    };
    join(0, outlined, &Digests::new(), Contents::default()).unwrap()
}

fn job(number: i64, says: &str) -> Thing {
    numbered(JOB, number, &format!("job {number}")).says(says)
}

/// Three jobs and what the last needs.
fn jobs(last: &str) -> Vec<u8> {
    let rules = numbered(RULESET, 5, "rules").says("rows");
    let long = "x".repeat(3000);
    document(
        &[
            &job(1, &long),
            &job(2, &long),
            &job(3, last).needs(&[&rules]),
            &rules,
        ],
        3,
    )
}

#[test]
fn a_merge_looks_into_what_differs_and_nothing_else() {
    let (ours, theirs) = (jobs("ours"), jobs("theirs"));
    let looked = [outlined(&ours), outlined(&theirs)];
    let documents = [0, 1].map(|n: usize| (&looked[n].report, &looked[n].outlines[..]));
    let third = BTreeSet::from([2]);
    assert_eq!(to_look_into(&documents), [third.clone(), third]);
}

#[test]
fn a_merge_looks_into_objects_of_one_name_and_of_one_uuid_under_other_numbers() {
    let one = document(&[&numbered(JOB, 1, "NIGHTLY").uuid("shared").says("one")], 1);
    let same_name = document(&[&numbered(JOB, 2, "NIGHTLY").says("two")], 1);
    let same_uuid = document(&[&numbered(JOB, 3, "RENAMED").uuid("shared").says("one")], 1);
    let stranger = document(&[&numbered(JOB, 4, "WEEKLY").says("one")], 1);
    let looks = |other: &[u8]| {
        let looked = [outlined(&one), outlined(other)];
        let documents = [0, 1].map(|n: usize| (&looked[n].report, &looked[n].outlines[..]));
        to_look_into(&documents).iter().map(BTreeSet::len).sum::<usize>()
    };
    assert_eq!(
        [looks(&same_name), looks(&same_uuid), looks(&stranger)],
        [2, 2, 0]
    );
}

#[test]
fn what_may_refer_by_number_has_no_outline_and_is_held() {
    let lookup = numbered(LOOKUP, 1, "names");
    let mentions = numbered(DOMAIN, 2, "domain").mentions(&lookup);
    let file = document(&[&mentions, &lookup], 2);
    let looked = outlined(&file);
    let outlines: Vec<bool> = looked.outlines.iter().map(Option::is_some).collect();
    assert_eq!(outlines, [false, true]);
    let held = to_hold(&looked.report, &looked.outlines, &BTreeSet::new());
    assert_eq!(
        held.into_keys().collect::<Vec<_>>(),
        [looked.report.objects[0].record]
    );
}

/// Copies everything, some bytes at a time; gives the objects and how many each reading was asked for.
fn copied(
    contents: &Contents,
    batch_bytes: u64,
    file: &[u8],
) -> Result<(Vec<Object>, Vec<usize>), BuildError> {
    let asked = RefCell::new(Vec::new());
    let copying = Copying {
        objects: &contents.objects,
        elsewhere: &contents.elsewhere,
        batch_bytes,
        read: |_, digests: &Digests| {
            asked.borrow_mut().push(digests.len());
            let examined = examine_bytes(file, &ExamineOptions::default(), Keep::Only(digests));
            Ok::<_, BuildError>(examined.unwrap().contents.objects)
        },
    };
    let mut whole = Vec::new();
    copying.each(&mut |object| {
        whole.push(object.clone().into_owned());
        Ok(())
    })?;
    Ok((whole, asked.into_inner()))
}

#[test]
fn objects_are_read_again_as_many_at_a_time_as_there_is_room_for() {
    let file = jobs("ours");
    let contents = all_elsewhere(&file);
    let readings = |batch_bytes| {
        let (whole, asked) = copied(&contents, batch_bytes, &file).unwrap();
        assert_eq!(whole, objects(&file));
        asked
    };
    assert_eq!(readings(u64::MAX), [4]);
    assert_eq!(readings(7000), [3, 1]);
    // One that is larger than the room is read alone.
    assert_eq!(readings(1), [1, 1, 1, 1]);
}

#[test]
fn a_document_that_changed_in_between_is_told_of() {
    let contents = all_elsewhere(&jobs("ours"));
    let copy = copied(&contents, u64::MAX, &jobs("theirs"));
    assert!(
        matches!(copy, Err(BuildError::Changed { source_id: 0 })),
        "{copy:?}"
    );
}

/// A pipe can be read but once, so its objects are held, and so are those that they are compared with.
#[test]
fn merging_files_gives_what_merging_a_pipe_gives() {
    let directory = tempdir().unwrap();
    let rules = numbered(RULESET, 9, "other rules");
    let other = document(&[&job(3, "theirs").needs(&[&rules]), &rules, &job(8, "new")], 3);
    let (ours, theirs) = (
        directory.path().join("ours.json"),
        directory.path().join("theirs.json"),
    );
    std::fs::write(&ours, jobs("ours")).unwrap();
    std::fs::write(&theirs, other).unwrap();
    let merge = |first: &str, out: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_exportdoc"));
        command
            .current_dir(directory.path())
            .args(["merge", first, "theirs.json", "--prefer", "theirs"]);
        command.args(["--dsa-bits", "512", "-o", out]);
        if first == "-" {
            command.pipe_stdin(&ours).unwrap();
        }
        command.assert().success();
        std::fs::read(directory.path().join(out)).unwrap()
    };
    let (of_files, of_pipe) = (merge("ours.json", "files.json"), merge("-", "pipe.json"));
    assert_eq!(objects(&of_files), objects(&of_pipe));
    assert!(keys(&of_files).len() > 4, "{:?}", keys(&of_files));
}
