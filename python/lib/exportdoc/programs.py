"""The programs ``exportdoc`` and ``mock-engine``, as the package's scripts start them."""

from __future__ import annotations

import signal
import sys
from typing import Callable, List, NoReturn

from . import _native

__all__ = ["exportdoc", "mock_engine"]


def exportdoc() -> NoReturn:
    """Runs ``exportdoc`` with the arguments of this process."""
    _run(_native.run_exportdoc)


def mock_engine() -> NoReturn:
    """Runs ``mock-engine`` with the arguments of this process."""
    _run(_native.run_mock_engine)


def _run(program: Callable[[List[str]], int]) -> NoReturn:
    # Python's own handler would wait until the program has ended. One that the parent ignores stays ignored.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(program(sys.argv))
