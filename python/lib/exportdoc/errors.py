"""The errors of the package."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional, Tuple

__all__ = [
    "ConflictError",
    "EngineError",
    "ExportdocError",
    "InputError",
    "InputNotFoundError",
    "InvalidDocumentError",
    "LimitError",
    "NotADocumentError",
    "ObjectNotFoundError",
    "PassphraseError",
    "Place",
    "UsageError",
]


class Place(NamedTuple):
    """A place in a document. Offsets count bytes from 0."""

    path: Optional[str]
    """JSON path of the member, such as ``$.blob``."""
    file_offset: Optional[int]
    """Byte offset in the file."""
    decoded_offset: Optional[int]
    """Byte offset in the decoded blob."""


class ExportdocError(Exception):
    """Why a call failed.

    >>> import exportdoc
    >>> try:
    ...     exportdoc.inspect(b"[]")
    ... except exportdoc.ExportdocError as error:
    ...     print(error.code)
    not-a-document
    """

    code: str
    """The stable code. ``docs/python.md`` lists all."""
    message: str
    """What is wrong, as a lower-case fragment. May quote the document."""
    place: Optional[Place]
    """Where in the input it is, if it has one place."""
    help: Optional[str]
    """What to do next."""

    def __init__(
        self,
        message: str = "",
        code: str = "",
        place: Optional[Place] = None,
        help: Optional[str] = None,
    ) -> None:
        super().__init__(message)
        self.message, self.code, self.place, self.help = message, code, place, help

    def __str__(self) -> str:
        return f"{self.message}\n  help: {self.help}" if self.help else self.message

    def __reduce__(self) -> Any:
        return type(self), (self.message, self.code, self.place, self.help)


class NotADocumentError(ExportdocError, ValueError):
    """The input is not an export document."""


class InputError(ExportdocError, OSError):
    """The input can't be read."""


class InputNotFoundError(InputError, FileNotFoundError):
    """There is no such file."""


class LimitError(ExportdocError):
    """A limit stopped the work."""


class PassphraseError(ExportdocError):
    """The document is encrypted and no passphrase opens it, or it is in the other state than needed."""


class InvalidDocumentError(ExportdocError):
    """The document is damaged, or its signature is invalid."""


class ObjectNotFoundError(ExportdocError, LookupError):
    """No object, or several, have the name."""


class ConflictError(ExportdocError):
    """The documents can't be combined."""


class UsageError(ExportdocError, ValueError):
    """An argument is wrong."""


class EngineError(ExportdocError):
    """A mock engine doesn't start, or refuses a request."""


_CLASSES = {
    "already-encrypted": PassphraseError,
    "ambiguous": ObjectNotFoundError,
    "conflict": ConflictError,
    "encrypted": PassphraseError,
    "engine": EngineError,
    "input": InputError,
    "input-not-found": InputNotFoundError,
    "invalid": InvalidDocumentError,
    "limit": LimitError,
    "not-a-document": NotADocumentError,
    "not-encrypted": PassphraseError,
    "not-found": ObjectNotFoundError,
    "unreadable": InvalidDocumentError,
    "usage": UsageError,
    "wrong-passphrase": PassphraseError,
}


def _make(code: str, message: str, help: Optional[str], place: Optional[Tuple[Any, ...]]) -> ExportdocError:
    """Makes the exception for a code; the compiled part calls it."""
    kind = _CLASSES.get(code, ExportdocError)
    return kind(message, code, Place(*place) if place else None, help)
