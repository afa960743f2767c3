//! The same merge twice: with all objects held, and with those outlined that nobody looks into, as for large files.

use exportdoc::build::{BuildError, Objects};
use exportdoc::copy::{Copying, Outlined, join, to_hold};
use exportdoc::merge::{MergeError, MergeOptions, MergeOutcome, Sources, merge, to_look_into};
use exportdoc::object::SyncObject;
use exportdoc::report::{Digests, ExamineOptions, Examined, Keep, examine_bytes};

/// Merges with outlines, and gives the whole objects in the end, read again a few at a time.
pub fn merge_outlined(
    base: Option<&[u8]>,
    sides: &[&[u8]],
    options: &MergeOptions,
    examine: &ExamineOptions,
) -> Result<MergeOutcome, MergeError> {
    let files: Vec<&[u8]> = sides.iter().copied().chain(base).collect();
    let read = |file: &[u8], keep: Keep<'_>| examine_bytes(file, examine, keep).expect("it was read before");
    let looked: Vec<Examined> = files.iter().map(|file| read(file, Keep::Outlines)).collect();
    let documents: Vec<_> = looked
        .iter()
        .map(|looked| (&looked.report, &looked.outlines[..]))
        .collect();
    let wanted = to_look_into(&documents);
    let mut sources = Sources::new();
    for (id, looked) in looked.into_iter().enumerate() {
        let digests = to_hold(&looked.report, &looked.outlines, &wanted[id]);
        let held = read(files[id], Keep::Only(&digests)).contents;
        let outlined = Outlined {
            report: &looked.report,
            outlines: looked.outlines,
            contents: looked.contents,
        };
        let contents = join(id, outlined, &digests, held).expect("the file is what it was");
        match sides.get(id) {
            Some(_) => sources.add_side(format!("{}.json", id + 1), &looked.report, contents)?,
            None => sources.set_base("base.json".to_owned(), &looked.report, contents)?,
        }
    }
    let mut outcome = merge(sources, options)?;
    if let Some(document) = &mut outcome.document {
        let copying = Copying {
            objects: &document.objects,
            elsewhere: &document.elsewhere,
            batch_bytes: 1000,
            read: |source: usize, digests: &Digests| {
                Ok::<_, BuildError>(read(files[source], Keep::Only(digests)).contents.objects)
            },
        };
        let mut whole: Vec<SyncObject<'static>> = Vec::new();
        copying
            .each(&mut |object| {
                whole.push(object.clone().into_owned());
                Ok(())
            })
            .expect("the file is what it was");
        document.objects = whole;
        document.elsewhere.clear();
    }
    Ok(outcome)
}

/// Both ways came to the same.
pub fn assert_same(held: &Result<MergeOutcome, MergeError>, outlined: &Result<MergeOutcome, MergeError>) {
    match (held, outlined) {
        (Ok(held), Ok(outlined)) => {
            assert_eq!(told(held), told(outlined));
            let objects = |outcome: &MergeOutcome| outcome.document.as_ref().map(|d| d.objects.clone());
            assert!(objects(held) == objects(outlined), "the objects differ");
        }
        (held, outlined) => {
            let error =
                |outcome: &Result<MergeOutcome, MergeError>| outcome.as_ref().err().map(ToString::to_string);
            assert_eq!(error(held), error(outlined));
        }
    }
}

/// All that is said of a merge and of its document but for the objects.
fn told(outcome: &MergeOutcome) -> String {
    let mut outcome = outcome.clone();
    if let Some(document) = &mut outcome.document {
        document.objects.clear();
    }
    format!("{outcome:#?}")
}
