//! Compares two documents: partners, then content, then closures. Closures come last, because they need the status of
//! every object.

use crate::finding::{self, Finding, FindingRule};
use crate::object::SyncObject;
use crate::report::{DocumentReport, Encryption, ObjectReport};

use super::changes::{Changes, FieldChange};
use super::closure::{ClosureChange, Closures};
use super::habits::{Later, keeps_revision_over_members};
use super::matching::{Matches, References};
use super::object::Partners;
use super::{
    DiffLimits, DiffOptions, DocumentDiff, ObjectDiff, ObjectRef, Obstacle, ObstacleKind, RevisionChange,
    Side, Status, VolatileObject, envelope, textconv,
};

/// The most changed dependencies that an object lists.
const MOVED_NAMED: usize = 8;
/// The most changed fields that a finding names.
const FIELDS_NAMED: usize = 5;

/// Compares two documents.
pub fn diff(old: &Side<'_>, new: &Side<'_>, options: &DiffOptions) -> DocumentDiff {
    let mut diff = DocumentDiff {
        objects: Vec::new(),
        unchanged: 0,
        volatile: Vec::new(),
        renumbered: Vec::new(),
        ignored: 0,
        envelope: envelope::compare(old.report, new.report),
        bytes: None,
        obstacles: Vec::new(),
        findings: Vec::new(),
    };
    // Equal bytes have equal content, readable or not.
    if old.bytes.is_none() || old.bytes != new.bytes {
        diff.obstacles = obstacles(old.report, false)
            .chain(obstacles(new.report, true))
            .collect();
    }
    if diff
        .obstacles
        .iter()
        .any(|obstacle| obstacle.kind == ObstacleKind::Encrypted)
    {
        return diff;
    }
    let matches = Matches::find(old.report, new.report, options.match_by);
    let mut pass = Pass {
        sides: (old, new),
        options,
        later: Later::of_reports(old.report, new.report),
        matches: &matches,
        closures: Closures::new((old.report, new.report), &matches),
        changes_left: options.limits.changes,
        ignored: 0,
    };
    let partners = pass.partners();
    let statuses: Vec<Status> = partners
        .iter()
        .map(|partner| {
            partner
                .as_ref()
                .map_or(Status::Removed, |compared| compared.status)
        })
        .collect();
    if options.strict_bytes {
        diff.bytes = Some(envelope::bytes(old, new, &matches, &statuses));
    }
    pass.list(partners, &statuses, &mut diff);
    diff
}

/// The changes between two objects; see [`object_changes`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectChanges {
    /// Changes that an engine makes only with a save.
    pub changes: Vec<FieldChange>,
    /// The number of such changes beyond the limits.
    pub more: u64,
    /// Whether any of them is outside the list of dependencies.
    pub beyond_members: bool,
    /// Additions of an engine's upgrade, which keep the revision.
    pub by_upgrade: Vec<FieldChange>,
}

impl ObjectChanges {
    /// Whether only values differ that engines write anew in every export.
    pub fn is_same(&self) -> bool {
        self.is_rewrite() && self.by_upgrade.is_empty()
    }

    /// Whether an upgrade of the engine explains all differences.
    pub fn is_rewrite(&self) -> bool {
        self.changes.is_empty() && self.more == 0
    }
}

/// Compares two objects with the same key. Ignores the UUIDs of their revisions and values that engines write anew in
/// every export. Dependencies are equal if their keys are.
pub fn object_changes(
    old: &SyncObject<'static>,
    new: &SyncObject<'static>,
    later: Later,
    limits: &DiffLimits,
) -> ObjectChanges {
    let mut changes = Changes::new("", limits, &[]);
    Partners {
        old,
        new,
        references: None,
        later,
        limits,
    }
    .compare(&mut changes);
    ObjectChanges {
        changes: changes.list,
        more: changes.more,
        beyond_members: changes.beyond_members,
        by_upgrade: changes.by_upgrade,
    }
}

fn obstacles(report: &DocumentReport, in_new: bool) -> impl Iterator<Item = Obstacle> {
    let closed = match report.encryption {
        Encryption::Clear => false,
        Encryption::Passphrase { opened, .. } => !opened,
        Encryption::Unknown => true,
    };
    // Limits have their own kind, and the bytes after the JSON aren't compared.
    let apart = [&finding::LIMIT_HIT, &finding::TRAILING_DATA];
    let hides = |found: &Finding| found.rule.hides_objects && !apart.contains(&found.rule);
    let damaged = !report.blob.complete || report.findings.iter().any(hides);
    [
        (closed, ObstacleKind::Encrypted),
        (damaged, ObstacleKind::Damaged),
        (report.hit_limit(), ObstacleKind::Limit),
    ]
    .into_iter()
    .filter(|(is, _)| *is)
    .map(move |(_, kind)| Obstacle { in_new, kind })
}

/// An object of the old document and its partner, compared.
struct Compared {
    status: Status,
    /// Whether it is unchanged only because of rules to ignore.
    by_rule: bool,
    /// Values that engines write anew in every export.
    volatile: Vec<FieldChange>,
    diff: ObjectDiff,
}

struct Pass<'a> {
    sides: (&'a Side<'a>, &'a Side<'a>),
    options: &'a DiffOptions,
    later: Later,
    matches: &'a Matches,
    closures: Closures<'a>,
    changes_left: usize,
    ignored: u64,
}

impl Pass<'_> {
    fn wanted(&self, type_name: &str) -> bool {
        self.options.only_types.is_empty() || self.options.only_types.iter().any(|name| name == type_name)
    }

    /// Compares every object of the old document with its partner.
    fn partners(&mut self) -> Vec<Option<Compared>> {
        (0..self.matches.of_old.len())
            .map(|id| self.matches.of_old[id].map(|partner| self.compare(id, partner)))
            .collect()
    }

    fn compare(&mut self, id: usize, partner: usize) -> Compared {
        let (old, new) = self.sides;
        let reports = (&old.report.objects[id], &new.report.objects[partner]);
        let limits = DiffLimits {
            changes_per_object: self.options.limits.changes_per_object.min(self.changes_left),
            ..self.options.limits.clone()
        };
        let mut changes = Changes::new(&reports.1.type_name, &limits, &self.options.ignore);
        match (old.objects.get(id), new.objects.get(partner)) {
            (Some(before), Some(after)) if before.as_bytes() == after.as_bytes() => {}
            (Some(before), Some(after)) => Partners {
                old: before,
                new: after,
                later: self.later,
                references: Some(References {
                    old: old.report,
                    new: new.report,
                    matches: self.matches,
                }),
                limits: &limits,
            }
            .compare(&mut changes),
            _ => changes.unseen(),
        }
        let before = &old.report.graph.nodes()[id].pair;
        let after = &new.report.graph.nodes()[partner].pair;
        let saved = before != after;
        let save_ignored = changes.ignored > 0
            || self
                .options
                .ignore
                .iter()
                .any(|rule| rule.covers_revision(&reports.1.type_name));
        let members_only = !changes.beyond_members && keeps_revision_over_members(reports.1.key.type_number);
        let status = match (changes.any(), saved) {
            (true, true) => Status::Changed,
            (true, false) if members_only => Status::Changed,
            (true, false) => Status::ContentWithoutRevision,
            (false, false) if !changes.by_upgrade.is_empty() => Status::RewrittenByEngine,
            // An ignored change explains the save.
            (false, true) if !save_ignored => Status::Resaved,
            (false, _) => Status::Unchanged,
        };
        changes.list.append(&mut changes.by_upgrade);
        let over = changes.list.len().saturating_sub(limits.changes_per_object);
        changes.list.truncate(limits.changes_per_object);
        changes.more += over as u64;
        self.changes_left = self.changes_left.saturating_sub(changes.list.len());
        if self.wanted(&reports.1.type_name) {
            self.ignored += changes.ignored;
        }
        Compared {
            status,
            by_rule: status == Status::Unchanged && (saved || changes.ignored > 0),
            volatile: changes.volatile,
            diff: ObjectDiff {
                status,
                old: Some(ObjectRef::of(reports.0)),
                new: Some(ObjectRef::of(reports.1)),
                revisions: saved.then(|| RevisionChange {
                    old: before.clone(),
                    new: after.clone(),
                    modified: (reports.0.modified, reports.1.modified),
                }),
                changes: changes.list,
                more_changes: changes.more,
                moved: Vec::new(),
                more_moved: Some(0),
                content: Vec::new(),
                more_content: 0,
                secrets: Vec::new(),
            },
        }
    }

    /// Lists an object that only one document has.
    fn alone(
        &mut self,
        status: Status,
        document: &DocumentReport,
        report: &ObjectReport,
        object: Option<&SyncObject<'static>>,
    ) -> ObjectDiff {
        let limits = &self.options.limits;
        let mut content = object
            .map(|object| textconv::content(document, object, limits))
            .unwrap_or_default();
        let shown = limits.changes_per_object.min(self.changes_left);
        let more_content = content.len().saturating_sub(shown) as u64;
        content.truncate(shown);
        self.changes_left -= content.len();
        let reference = Some(ObjectRef::of(report));
        let (old, new) = if status == Status::Added {
            (None, reference)
        } else {
            (reference, None)
        };
        ObjectDiff {
            status,
            old,
            new,
            revisions: None,
            changes: Vec::new(),
            more_changes: 0,
            moved: Vec::new(),
            more_moved: Some(0),
            content,
            more_content,
            secrets: report.secrets.clone(),
        }
    }

    /// Lists the differences with their reasons.
    fn list(mut self, partners: Vec<Option<Compared>>, statuses: &[Status], diff: &mut DocumentDiff) {
        let by_rule: Vec<bool> = partners
            .iter()
            .map(|partner| partner.as_ref().is_some_and(|compared| compared.by_rule))
            .collect();
        let (old, new) = self.sides;
        for (id, partner) in partners.into_iter().enumerate() {
            let Some(compared) = partner else {
                let report = &old.report.objects[id];
                if self.wanted(&report.type_name) {
                    let object = old.objects.get(id);
                    diff.objects
                        .push(self.alone(Status::Removed, old.report, report, object));
                }
                continue;
            };
            let mut object = compared.diff;
            if object.status == Status::Unchanged && !compared.by_rule {
                self.closure(id, &mut object, statuses, &by_rule);
            }
            let (Some(before), Some(after)) = (&object.old, &object.new) else {
                continue;
            };
            if !self.wanted(&after.type_name) {
                continue;
            }
            match object.status {
                Status::ContentWithoutRevision => {
                    diff.findings
                        .push(changed(&finding::CONTENT_WITHOUT_REVISION, &object));
                }
                Status::RewrittenByEngine => {
                    diff.findings
                        .push(changed(&finding::REWRITTEN_BY_ENGINE, &object));
                }
                _ => {}
            }
            if !compared.volatile.is_empty() {
                diff.volatile.push(VolatileObject {
                    old: before.clone(),
                    new: after.clone(),
                    changes: compared.volatile,
                });
            }
            if object.status == Status::Unchanged {
                diff.unchanged += 1;
                if before.identifier != after.identifier {
                    diff.renumbered.push((before.clone(), after.clone()));
                }
            } else {
                diff.objects.push(object);
            }
        }
        for (id, partner) in self.matches.of_new.iter().enumerate() {
            let report = &new.report.objects[id];
            if partner.is_none() && self.wanted(&report.type_name) {
                let object = new.objects.get(id);
                diff.objects
                    .push(self.alone(Status::Added, new.report, report, object));
            }
        }
        diff.ignored += self.ignored;
    }

    /// Adds the dependencies that changed, if only the hash over the closure differs.
    fn closure(&mut self, id: usize, object: &mut ObjectDiff, statuses: &[Status], by_rule: &[bool]) {
        match self.closures.changed(id, statuses, by_rule) {
            ClosureChange::Nothing => {}
            ClosureChange::Ignored => self.ignored += 1,
            ClosureChange::TooLarge => {
                (object.status, object.more_moved) = (Status::DependencyChanged, None);
            }
            ClosureChange::Objects(moved) => {
                object.status = Status::DependencyChanged;
                object.more_moved = Some(moved.len().saturating_sub(MOVED_NAMED) as u64);
                let named = moved.into_iter().take(MOVED_NAMED);
                object.moved = named.map(|(object, status)| (status, object)).collect();
            }
        }
    }
}

/// Makes a finding that names the changed fields.
fn changed(rule: &'static FindingRule, object: &ObjectDiff) -> Finding {
    let mut fields: Vec<String> = object
        .changes
        .iter()
        .take(FIELDS_NAMED)
        .map(|change| change.path.to_string())
        .collect();
    let more = (object.changes.len() as u64 + object.more_changes).saturating_sub(fields.len() as u64);
    if more > 0 {
        fields.push(format!("{more} more"));
    }
    let name = object.object().map(ToString::to_string).unwrap_or_default();
    let message = format!("{name}: {}", fields.join(", "));
    let finding = Finding::new(rule, message);
    match object.object() {
        Some(object) => finding.about(object.type_number, &object.identifier),
        None => finding,
    }
}
