"""Types of the reports, made by typed_reports.py from docs/schema/. Import them only for type checks."""

from typing import Any, Dict, List, Literal, Union

from typing_extensions import NotRequired, TypedDict

class ReportListedObject(TypedDict):
    type: Union[str, None]
    identifier: Dict[str, Any]
    revision_hash: Union[str, None]

class ReportExport(TypedDict):
    host: Union[str, None]
    date: Union[str, None]
    instant: Union[str, None]
    export_id: Union[str, None]
    started: Union[str, None]
    format: Union[int, None]
    object_count: Union[int, None]
    requested: List[ReportListedObject]
    exported: List[ReportListedObject]
    bytes: int
    blob_bytes: int

class ReportEncryption(TypedDict):
    scheme: NotRequired[str]
    opened: NotRequired[bool]
    state: Literal['none', 'passphrase', 'unknown']

class ReportPublicKey(TypedDict):
    algorithm: str
    bits: int
    q_bits: int
    parameters: Union[str, None]
    fingerprint: str

class ReportSignaturePartialKey(TypedDict):
    bits: NotRequired[Union[int, None]]
    q_bits: NotRequired[Union[int, None]]
    parameters: NotRequired[Union[str, None]]
    breaks_off_at: NotRequired[int]

class ReportSignatureChecks(TypedDict):
    what: str
    outcome: Literal['holds', 'fails', 'unknown']

class ReportSignature(TypedDict):
    verdict: Literal['valid', 'invalid', 'undetermined']
    rule: Union[str, None]
    key: Union[ReportPublicKey, None]
    partial_key: NotRequired[Union[ReportSignaturePartialKey, None]]
    trusted: Union[bool, None]
    r: Union[str, None]
    s: Union[str, None]
    checks: List[ReportSignatureChecks]

class ReportPlace(TypedDict):
    path: Union[str, None]
    file_offset: Union[int, None]
    decoded_offset: Union[int, None]

class ReportFinding(TypedDict):
    id: str
    severity: Literal['info', 'warning', 'error']
    message: str
    at: Union[ReportPlace, None]

class ReportObjectRevision(TypedDict):
    object: str
    save: str

class ReportRevisionHash(TypedDict):
    stated: Union[str, None]
    computed: Union[str, None]
    matches: Union[bool, None]

class ReportDependency(TypedDict):
    type: NotRequired[str]
    type_number: NotRequired[int]
    identifier: Dict[str, Any]
    missing: NotRequired[Literal[True]]

class ReportObjectSecrets(TypedDict):
    kind: str
    count: int

class ReportObjectSecretValues(TypedDict):
    kind: str
    value: str
    cut_bytes: int

class ReportObject(TypedDict):
    type: str
    type_number: int
    identifier: Dict[str, Any]
    name: Union[str, None]
    data_type: str
    revision: ReportObjectRevision
    revision_hash: ReportRevisionHash
    created: Union[int, None]
    modified: Union[int, None]
    record: int
    offset: int
    bytes: int
    dependencies: List[ReportDependency]
    secrets: List[ReportObjectSecrets]
    secret_values: NotRequired[List[ReportObjectSecretValues]]

class InspectReportSecretsUnknown1(TypedDict):
    objects: NotRequired[int]
    incomplete: NotRequired[Literal[True]]
    encrypted: NotRequired[Literal['not-opened', 'unknown']]

class ReportKey(TypedDict):
    type_number: int
    identifier: Dict[str, Any]

class ReportPartialRecord(TypedDict):
    record: int
    offset: int
    claimed_bytes: int
    have_bytes: int
    object: Union[ReportKey, None]
    dependencies: List[ReportKey]

class ReportSavedObjectRevision(TypedDict):
    object: str
    save: str

class ReportSavedObject(TypedDict):
    type: str
    identifier: Dict[str, Any]
    name: Union[str, None]
    revision: ReportSavedObjectRevision

class ReportAgainstReferences(TypedDict):
    reference: ReportSavedObject
    state: Literal['resolved', 'stale', 'other-object', 'missing']
    original: Union[ReportSavedObject, None]

class ReportAgainst(TypedDict):
    path: str
    references: List[ReportAgainstReferences]

class InspectReport(TypedDict):
    path: str
    verdict: Literal['valid', 'invalid', 'undetermined']
    complete: bool
    export: ReportExport
    encryption: ReportEncryption
    signature: ReportSignature
    findings: List[ReportFinding]
    objects: List[ReportObject]
    secrets: Dict[str, int]
    secrets_unknown: NotRequired[Union[None, InspectReportSecretsUnknown1]]
    partial_record: NotRequired[ReportPartialRecord]
    against: NotRequired[ReportAgainst]
    schema_version: Literal[1]

class VerifyReport(TypedDict):
    path: str
    verdict: Literal['valid', 'invalid', 'undetermined']
    complete: bool
    export: ReportExport
    encryption: ReportEncryption
    signature: ReportSignature
    findings: List[ReportFinding]
    schema_version: Literal[1]

class AuditFindingObject(TypedDict):
    type: str
    type_number: int
    identifier: Dict[str, Any]
    name: Union[str, None]

class AuditFindingAt(TypedDict):
    path: Union[str, None]
    file_offset: Union[int, None]
    decoded_offset: Union[int, None]

class AuditFinding(TypedDict):
    id: str
    severity: Literal['info', 'warning', 'error']
    level: Literal['info', 'warning', 'error']
    message: str
    reason: str
    remedy: str
    object: Union[AuditFindingObject, None]
    at: Union[AuditFindingAt, None]
    count: int

class AuditReportSuppressedObject(TypedDict):
    type: str
    type_number: int
    identifier: Dict[str, Any]
    name: Union[str, None]

class AuditReportSuppressedAt(TypedDict):
    path: Union[str, None]
    file_offset: Union[int, None]
    decoded_offset: Union[int, None]

class AuditReportSuppressed(TypedDict):
    id: str
    severity: Literal['info', 'warning', 'error']
    level: Literal['info', 'warning', 'error']
    message: str
    reason: str
    remedy: str
    object: Union[AuditReportSuppressedObject, None]
    at: Union[AuditReportSuppressedAt, None]
    count: int
    ignored_because: str
    ignore: int

class AuditRuleCount(TypedDict):
    id: str
    severity: Literal['info', 'warning', 'error']
    level: Literal['info', 'warning', 'error']
    findings: int
    suppressed: int
    documents: int

class AuditReport(TypedDict):
    path: str
    policy: Union[str, None]
    worst: Union[Literal['info', 'warning', 'error'], None]
    verdict: Literal['valid', 'invalid', 'undetermined']
    complete: bool
    objects_seen: bool
    hit_limit: bool
    findings: List[AuditFinding]
    suppressed: List[AuditReportSuppressed]
    rules: List[AuditRuleCount]
    schema_version: Literal[1]

class DiffSide(TypedDict):
    path: str
    bytes: int
    verdict: Literal['valid', 'invalid', 'undetermined']
    objects: int

DiffReportObstacles = TypedDict("DiffReportObstacles", {"in": Literal['old', 'new'], "kind": Literal['encrypted', 'damaged', 'limit']})

class DiffReference(TypedDict):
    type: str
    type_number: int
    identifier: Union[Dict[str, Any], None]
    name: Union[str, None]

class DiffRevision(TypedDict):
    object: str
    save: str
    modified: Union[int, None]

class DiffObjectRevisions1(TypedDict):
    old: DiffRevision
    new: DiffRevision
    same_object: bool

class DiffChangeSteps(TypedDict):
    field: str

class DiffValue(TypedDict):
    text: str
    cut_bytes: int

DiffLineDiffLines = TypedDict("DiffLineDiffLines", {"in": Literal['both', 'old', 'new'], "text": str})

class DiffLineDiff(TypedDict):
    lines: List[DiffLineDiffLines]
    lines_left_out: int
    cut_bytes: int
    in_order: bool

class DiffChangeSecret(TypedDict):
    lines_added: int
    lines_removed: int
    diff: Union[None, DiffLineDiff]

class DiffChange(TypedDict):
    path: str
    steps: List[DiffChangeSteps]
    old: Union[None, DiffValue]
    new: Union[None, DiffValue]
    secret: NotRequired[DiffChangeSecret]

class DiffObjectMoved(TypedDict):
    status: Literal['content-without-revision', 'changed', 'added', 'removed', 'rewritten-by-engine', 're-saved', 'dependency-changed', 'unchanged']
    object: DiffReference

class DiffObjectContent(TypedDict):
    depth: int
    name: str
    value: Union[None, DiffValue]

class DiffObjectSecrets(TypedDict):
    kind: Literal['global-key', 'algorithm-key', 'lookup-rows', 'segment-mappings']
    count: int

class DiffObject(TypedDict):
    status: Literal['content-without-revision', 'changed', 'added', 'removed', 'rewritten-by-engine', 're-saved', 'dependency-changed', 'unchanged']
    old: Union[None, DiffReference]
    new: Union[None, DiffReference]
    revisions: Union[None, DiffObjectRevisions1]
    changes: List[DiffChange]
    changes_left_out: int
    moved: List[DiffObjectMoved]
    moved_left_out: Union[int, None]
    content: NotRequired[List[DiffObjectContent]]
    content_left_out: NotRequired[int]
    secrets: List[DiffObjectSecrets]

class DiffReportRenumbered(TypedDict):
    old: DiffReference
    new: DiffReference

class DiffReportVolatile(TypedDict):
    old: DiffReference
    new: DiffReference
    changes: List[DiffChange]

class DiffReportEnvelope(TypedDict):
    field: str
    old: Union[str, None]
    new: Union[str, None]

class DiffBytes(TypedDict):
    same: bool
    first_difference: Union[int, None]
    old_bytes: int
    new_bytes: int
    reordered: bool
    rewritten: List[DiffReference]
    rewritten_left_out: int

class DiffReportFindings(TypedDict):
    id: str
    severity: Literal['info', 'warning', 'error']
    message: str
    at: Union[Dict[str, Any], None]

class DiffReport(TypedDict):
    schema_version: Literal[1]
    old: DiffSide
    new: DiffSide
    same: bool
    obstacles: List[DiffReportObstacles]
    summary: Dict[str, int]
    objects: List[DiffObject]
    renumbered: List[DiffReportRenumbered]
    volatile: NotRequired[List[DiffReportVolatile]]
    envelope: List[DiffReportEnvelope]
    bytes: Union[None, DiffBytes]
    findings: List[DiffReportFindings]

class MergeConflictCandidatesState(TypedDict):
    object: str
    save: str
    modified: Union[int, None]

class MergeConflictCandidates(TypedDict):
    source: int
    identifier: Dict[str, Any]
    state: Union[MergeConflictCandidatesState, None]

class MergeConflictChanges(TypedDict):
    path: str
    steps: List[Any]

class MergeConflict(TypedDict):
    object: str
    take: None
    kind: Literal['different', 'both-added', 'both-changed', 'changed-and-removed', 'same-revision', 'global-key', 'same-name']
    name: Union[str, None]
    candidates: List[MergeConflictCandidates]
    changes: List[MergeConflictChanges]
    changes_left_out: int

class MergeObject(TypedDict):
    type: str
    type_number: int
    identifier: Dict[str, Any]
    name: Union[str, None]

class MergeReportObjects(TypedDict):
    object: MergeObject
    origin: Literal['same', 'only', 'last-save', 'rewritten-by-engine', 'one-side', 'original', 'derived', 'preferred', 'resolved']
    sources: List[int]

class MergeReportRenumbered(TypedDict):
    source: int
    old: Dict[str, Any]
    object: MergeObject

class MergeReportNotes(TypedDict):
    id: Literal['doubtful-source', 'global-key-changed', 'stale-reference', 'kept', 'left-out', 'unused-resolution', 'hosts', 'formats', 'gap', 'circle']
    message: str

class MergeReport(TypedDict):
    schema_version: Literal[1]
    sources: List[str]
    base: Union[str, None]
    merged: bool
    engines: NotRequired[Union[str, None]]
    conflicts: List[MergeConflict]
    objects: List[MergeReportObjects]
    renumbered: List[MergeReportRenumbered]
    removed: List[MergeObject]
    notes: List[MergeReportNotes]

class PlanReportTargetSources(TypedDict):
    path: str
    kind: Literal['export document', 'list', 'state dump']
    objects: int

class PlanReportTarget(TypedDict):
    sources: List[PlanReportTargetSources]
    complete: bool
    version: Union[str, None]

class PlanEnvironment(TypedDict):
    id: Union[int, None]
    name: Union[str, None]
    purpose: Literal['MASK', 'TOKENIZE', None]

class PlanOutcome(TypedDict):
    verdict: Literal['would-succeed', 'would-fail', 'unknown']
    at: Union[int, None]
    may_fail_sooner: bool
    status: Literal[400, 404, 409, None]
    message: Union[str, None]
    needs: List[str]

class PlanReportOutcomes(TypedDict):
    without_force: PlanOutcome
    with_force: PlanOutcome

class PlanObject(TypedDict):
    type: str
    type_number: int
    identifier: Dict[str, Any]
    name: Union[str, None]

class PlanStepThere(TypedDict):
    type: str
    identifier: Dict[str, Any]
    name: Union[str, None]

class PlanStepRule(TypedDict):
    id: Literal['name', 'name-taken', 'unsupported-type', 'purpose', 'environment-not-given', 'environment-not-found', 'no-identity', 'duplicate-object', 'duplicate-name', 'missing-member', 'cycle']
    message: str

class PlanStep(TypedDict):
    object: PlanObject
    environment: Union[int, None]
    action: Literal['create', 'unchanged', 'extend', 'overwrite', 'conflict', 'key-conflict', 'resolved', 'in-document', 'missing', 'blocked', 'derived', 'unknown']
    there: Union[PlanStepThere, None]
    stale: Union[bool, None]
    rule: Union[PlanStepRule, None]
    needs: Union[str, None]
    may_fail: Union[bool, None]
    overwrites: Union[bool, None]
    irreversible: Literal['global-key', 'algorithm', None]

class PlanReportIrreversible(TypedDict):
    object: PlanObject
    what: Literal['global-key', 'algorithm']
    certain: bool

class PlanReportChecklist(TypedDict):
    when: Literal['before', 'after']
    step: int
    object: PlanObject
    todo: Literal['sync-first', 'sync-unless-there', 'sync-again', 'set-connector-password', 'set-mount-password', 'set-job-source']
    message: str

class PlanReportDenied(TypedDict):
    what: Literal['overwrite', 'irreversible']
    objects: int
    certain: bool

class PlanReport(TypedDict):
    schema_version: Literal[1]
    document: str
    target: PlanReportTarget
    notes: List[str]
    environment: Union[PlanEnvironment, None]
    source_environment: Union[PlanEnvironment, None]
    force_overwrite: bool
    verdict: Literal['would-succeed', 'would-fail', 'unknown']
    outcomes: PlanReportOutcomes
    steps: List[PlanStep]
    irreversible: List[PlanReportIrreversible]
    checklist: List[PlanReportChecklist]
    denied: List[PlanReportDenied]
