"""Reads, judges and makes the signed export documents that data-masking engines sync with.

>>> import exportdoc
>>> exportdoc.verify("masking-job.json")["verdict"]
'valid'

Every function takes a document as bytes, as a path, or as a file in binary mode. Reports are dictionaries with the
members of ``--format json``; new documents are bytes. Errors are :class:`ExportdocError` and its subclasses.

:class:`MockEngine` is an engine to test against.
"""

from typing import TYPE_CHECKING, Any

from .api import (
    audit,
    decrypt,
    diff,
    documents,
    encrypt,
    extract,
    inspect,
    merge,
    new_key,
    plan,
    redact,
    seal,
    verify,
)
from .errors import (
    ConflictError,
    EngineError,
    ExportdocError,
    InputError,
    InputNotFoundError,
    InvalidDocumentError,
    LimitError,
    NotADocumentError,
    ObjectNotFoundError,
    PassphraseError,
    Place,
    UsageError,
)
from .report import Report

if TYPE_CHECKING:
    from .mock import MockEngine, MockEngines, Unverified

__all__ = [
    "ConflictError",
    "EngineError",
    "ExportdocError",
    "InputError",
    "InputNotFoundError",
    "InvalidDocumentError",
    "LimitError",
    "MockEngine",
    "MockEngines",
    "NotADocumentError",
    "ObjectNotFoundError",
    "PassphraseError",
    "Place",
    "Report",
    "Unverified",
    "UsageError",
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


def __getattr__(name: str) -> Any:
    # The scripts and most callers do without engines, whose imports take longer than all others.
    if name in ("MockEngine", "MockEngines", "Unverified"):
        from . import mock

        return getattr(mock, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
