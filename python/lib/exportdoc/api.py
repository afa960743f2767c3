"""What can be done with documents."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union, cast

from . import _native
from .report import Report

if TYPE_CHECKING:
    from .schema import AuditReport, DiffReport, InspectReport, MergeReport, PlanReport, VerifyReport

__all__ = [
    "Now",
    "Source",
    "audit",
    "decrypt",
    "diff",
    "documents",
    "encrypt",
    "extract",
    "inspect",
    "merge",
    "new_key",
    "plan",
    "redact",
    "seal",
    "verify",
]

Source = Union[bytes, bytearray, memoryview, str, "os.PathLike[str]", IO[bytes]]
"""A document: its bytes, the path of its file, or a file that is open in binary mode."""

Now = Union[None, float, datetime]
"""A time: seconds since 1970, or a datetime. ``None`` is the present."""


def inspect(
    document: Source,
    *,
    objects: Sequence[str] = (),
    passphrase: Union[str, Sequence[str], None] = None,
    show_secrets: bool = False,
    name: Optional[str] = None,
    max_size: Optional[int] = None,
) -> InspectReport:
    """Shows what a document holds: objects, dependencies, key, signature, secrets, findings.

    The report has the members of a line of ``exportdoc inspect --format ndjson``
    (``docs/schema/report-v1.schema.json``, ``inspect_line``).

    >>> report = inspect("masking-job.json")
    >>> report["verdict"]
    'valid'
    >>> [item["type"] for item in report["objects"]][:2]
    ['MASKING_JOB', 'DATABASE_RULESET']

    ``objects`` shows only objects of these types. Every passphrase is tried. ``show_secrets`` adds the values of keys,
    lookup rows and segment mappings. ``name`` stands for the path in the report. An input above ``max_size`` bytes is
    refused.
    """
    report = _native.inspect(document, name, max_size, _texts(passphrase), _texts(objects), show_secrets)
    return cast("InspectReport", Report(report))


def verify(
    document: Source,
    *,
    trusted_keys: Union[str, Sequence[str]] = (),
    rule: Optional[str] = None,
    name: Optional[str] = None,
    max_size: Optional[int] = None,
) -> VerifyReport:
    """Judges the signature: intact or changed, and by which key.

    The report has the members of a line of ``exportdoc verify-signature --format ndjson``. A valid signature shows that
    the document is unchanged since it was signed with the key that it carries. Only a trusted key shows who made it.

    >>> report = verify("masking-job.json", trusted_keys="sha256:" + 64 * "0")
    >>> report["verdict"], report["signature"]["trusted"]
    ('valid', False)

    ``trusted_keys`` are fingerprints (``sha256:…``) or the paths of key files. ``rule`` is the only signing rule to try.
    """
    return cast("VerifyReport", Report(_native.verify(document, name, max_size, _texts(trusted_keys), rule)))


def audit(
    document: Source,
    *,
    policy: Optional[Source] = None,
    baseline: Optional[Source] = None,
    passphrase: Union[str, Sequence[str], None] = None,
    trusted_keys: Union[str, Sequence[str]] = (),
    now: Now = None,
    name: Optional[str] = None,
    max_size: Optional[int] = None,
) -> AuditReport:
    """Judges by rules and a policy whether a document should be imported.

    The report has the members of a line of ``exportdoc audit --format ndjson``
    (``docs/schema/audit-v1.schema.json``, ``audit_line``). ``report["worst"]`` is the highest level of its findings.

    >>> report = audit("masking-job.json", now=1_700_000_000)
    >>> report["worst"]
    'warning'

    ``policy`` is the path of a policy, or its text as bytes. Unlike the command, this function looks for no policy near
    the document. ``baseline`` is an earlier document to compare with.
    """
    report = _native.audit(
        document, name, max_size, _texts(passphrase), _texts(trusted_keys), policy, baseline, _nanoseconds(now)
    )
    return cast("AuditReport", Report(report))


def diff(
    old: Source,
    new: Source,
    *,
    by_name: bool = False,
    ignore: Sequence[str] = (),
    only: Sequence[str] = (),
    strict_bytes: bool = False,
    show_secrets: bool = False,
    passphrase: Union[str, Sequence[str], None] = None,
    max_size: Optional[int] = None,
) -> DiffReport:
    """Compares two documents, object by object and field by field.

    The report has the members of ``exportdoc diff --format json`` (``docs/schema/diff-v1.schema.json``).

    >>> document = "masking-job.json"
    >>> diff(document, document)["same"]
    True

    ``ignore`` names fields whose changes don't count, ``only`` the types to compare. If ``obstacles`` isn't empty, the
    documents couldn't be read in full, and ``same`` has no meaning.
    """
    report = _native.diff(
        old, new, max_size, _texts(passphrase), by_name, _texts(ignore), _texts(only), strict_bytes, show_secrets
    )
    return cast("DiffReport", Report(report))


def plan(
    document: Source,
    target: Union[Source, Sequence[Source]],
    *,
    environment: Union[int, str, None] = None,
    source_environment: Union[int, str, None] = None,
    force_overwrite: bool = False,
    target_version: Optional[str] = None,
    strict_names: bool = False,
    passphrase: Union[str, Sequence[str], None] = None,
    max_size: Optional[int] = None,
) -> PlanReport:
    """Predicts what importing a document would do to an engine, object by object, and whether it would succeed.

    The report has the members of ``exportdoc plan --format json`` (``docs/schema/plan-v1.schema.json``).

    >>> report = plan("masking-job.json", "masking-job.json", environment=1)
    >>> report["verdict"]
    'unknown'

    ``target`` describes the engine: its export documents, saved answers of its lists, state dumps of a mock engine, or
    directories of these. Environments are ids or names.
    """
    sources = list(target) if isinstance(target, (list, tuple)) else [target]
    report = _native.plan(
        document,
        sources,
        max_size,
        _texts(passphrase),
        None if environment is None else str(environment),
        None if source_environment is None else str(source_environment),
        force_overwrite,
        target_version,
        strict_names,
    )
    return cast("PlanReport", Report(report))


def documents(source: Source, *, max_size: Optional[int] = None) -> List[bytes]:
    """Takes the documents out of an archive or a batch (an array, or one document a line).

    >>> [inspect(document)["verdict"] for document in documents("masking-job.json")]
    ['valid']
    """
    return _native.documents(source, max_size)


def seal(
    document: Source,
    *,
    key: Optional[Source] = None,
    passphrase: Union[str, Sequence[str], None] = None,
    allow_invalid: bool = False,
    now: Now = None,
    max_size: Optional[int] = None,
) -> bytes:
    """Makes a document of the same objects with a new export id and a new signature.

    >>> key = new_key()
    >>> sealed = seal("masking-job.json", key=key)
    >>> verify(sealed)["verdict"]
    'valid'

    ``key`` is a private key (PKCS#8): bytes, or the path of its file. Without one, a new key signs this document only.
    """
    return _native.seal(document, _making(key, False, passphrase, allow_invalid, now, max_size))


def extract(
    document: Source,
    objects: Union[str, Sequence[str]],
    *,
    references: bool = False,
    key: Optional[Source] = None,
    unsigned: bool = False,
    passphrase: Union[str, Sequence[str], None] = None,
    allow_invalid: bool = False,
    now: Now = None,
    max_size: Optional[int] = None,
) -> bytes:
    """Makes a document of some objects and what they depend on.

    >>> smaller = extract("masking-job.json", "DATABASE_RULESET:2")
    >>> len(inspect(smaller)["objects"]) < len(inspect("masking-job.json")["objects"])
    True

    ``objects`` are ``TYPE:ID``, ``TYPE:NAME``, identifiers or names. With ``references``, the document refers to
    algorithms, domains and profile sets instead of having them.
    """
    making = _making(key, unsigned, passphrase, allow_invalid, now, max_size)
    return _native.extract(document, making, _texts(objects), references)


def redact(
    document: Source,
    *,
    keep_unknown: bool = False,
    key: Optional[Source] = None,
    unsigned: bool = False,
    passphrase: Union[str, Sequence[str], None] = None,
    allow_invalid: bool = False,
    now: Now = None,
    max_size: Optional[int] = None,
) -> bytes:
    """Makes a copy to share: keys, rows, mappings, hosts and people are replaced by stand-ins, and nothing is encrypted.

    >>> copy = redact("masking-job.json")
    >>> inspect(copy)["verdict"]
    'valid'
    """
    return _native.redact(document, _making(key, unsigned, passphrase, allow_invalid, now, max_size), keep_unknown)


def encrypt(
    document: Source,
    passphrase: str,
    *,
    key: Optional[Source] = None,
    unsigned: bool = False,
    allow_invalid: bool = False,
    now: Now = None,
    max_size: Optional[int] = None,
) -> bytes:
    """Encrypts the objects with triple DES, which engines name: for compatibility, not for protection.

    >>> encrypted = encrypt("masking-job.json", "made up for the example")
    >>> inspect(encrypted)["encryption"]["opened"]
    False
    """
    making = _making(key, unsigned, None, allow_invalid, now, max_size)
    return _native.encrypt(document, making, passphrase)


def decrypt(
    document: Source,
    passphrase: Union[str, Sequence[str]],
    *,
    key: Optional[Source] = None,
    unsigned: bool = False,
    allow_invalid: bool = False,
    now: Now = None,
    max_size: Optional[int] = None,
) -> bytes:
    """Decrypts the objects.

    >>> encrypted = encrypt("masking-job.json", "made up for the example")
    >>> inspect(decrypt(encrypted, "made up for the example"))["encryption"]["state"]
    'none'
    """
    return _native.decrypt(document, _making(key, unsigned, passphrase, allow_invalid, now, max_size))


def merge(
    *sources: Source,
    base: Optional[Source] = None,
    by_name: bool = False,
    renumber: str = "names-differ",
    prefer: Optional[str] = None,
    resolve: Union[Mapping[str, Any], None] = None,
    key: Optional[Source] = None,
    unsigned: bool = False,
    passphrase: Union[str, Sequence[str], None] = None,
    allow_invalid: bool = False,
    now: Now = None,
    max_size: Optional[int] = None,
) -> Tuple[MergeReport, Optional[bytes]]:
    """Merges documents: their union, or with ``base`` the changes of two documents to it.

    Returns the report, with the members of ``exportdoc merge --format json``, and the document. If something conflicts,
    there is no document, and the report lists the ``conflicts``: fill in their ``take`` and pass the report as
    ``resolve``, or let ``prefer`` decide (``ours``, ``theirs`` or ``newest``).

    >>> document = "masking-job.json"
    >>> report, merged = merge(document, document)
    >>> report["conflicts"], merged is not None
    ([], True)

    ``renumber`` says when objects that share type and number are different ones: ``names-differ``, ``always``,
    ``never``.
    """
    making = _making(key, unsigned, passphrase, allow_invalid, now, max_size)
    resolutions = None if resolve is None else json.dumps(resolve).encode()
    report, merged = _native.merge(list(sources), base, making, by_name, renumber, prefer, resolutions)
    return cast("MergeReport", Report(report)), merged


def new_key(bits: int = 2048) -> bytes:
    """Makes a private key (PKCS#8, PEM) for the functions that sign.

    >>> new_key().splitlines()[0]
    b'-----BEGIN PRIVATE KEY-----'
    """
    return _native.new_key(bits)


def _texts(given: Union[str, Sequence[str], None]) -> List[str]:
    """One text or several as a list."""
    if given is None:
        return []
    return [given] if isinstance(given, (str, os.PathLike)) else list(given)


def _nanoseconds(now: Now) -> int:
    if now is None:
        return time.time_ns()
    seconds = now.timestamp() if isinstance(now, datetime) else now
    return int(seconds * 1_000_000_000)


def _making(
    key: Optional[Source],
    unsigned: bool,
    passphrase: Union[str, Sequence[str], None],
    allow_invalid: bool,
    now: Now,
    max_size: Optional[int],
) -> Dict[str, Any]:
    return {
        "key": key,
        "unsigned": unsigned,
        "passphrases": _texts(passphrase),
        "allow_invalid": allow_invalid,
        "now": _nanoseconds(now),
        "max_size": max_size,
    }
