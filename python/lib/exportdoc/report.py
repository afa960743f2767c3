"""Reports as dictionaries that notebooks show as tables."""

from __future__ import annotations

import html
from typing import Any, Dict, Iterable, List, Sequence

__all__ = ["Report"]

_ROWS = 50


class Report(Dict[str, Any]):
    """A dictionary with the members of ``--format json``, which a notebook shows as a summary.

    Texts in it may quote the document.
    """

    def __repr__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self._facts())
        return f"<{type(self).__name__} {facts}>"

    def _repr_html_(self) -> str:
        facts = _table(["", ""], ([name, value] for name, value in self._facts()))
        return "\n".join([facts, *self._tables()])

    def _facts(self) -> List[Sequence[Any]]:
        """Plain members, and how many entries each list has."""
        facts: List[Sequence[Any]] = []
        for name, value in self.items():
            if isinstance(value, list):
                facts.append((name, len(value)))
            elif not isinstance(value, dict):
                facts.append((name, value))
        return facts

    def _tables(self) -> Iterable[str]:
        findings = self.get("findings")
        if findings:
            rows = [[f.get("severity"), f.get("id"), f.get("message")] for f in findings]
            yield _table(["severity", "finding", "message"], rows)
        objects = self.get("objects")
        if objects and "type" in objects[0]:
            yield _table(["type", "name"], ([o.get("type"), o.get("name")] for o in objects))
        elif objects and "status" in objects[0]:
            rows = []
            for entry in objects:
                side = entry.get("new") or entry.get("old") or {}
                rows.append([entry.get("status"), side.get("type"), side.get("name")])
            yield _table(["status", "type", "name"], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    rows = list(rows)
    lines = ["<table>"]
    if any(head):
        lines.append("<tr>" + "".join(f"<th>{html.escape(name)}</th>" for name in head) + "</tr>")
    for row in rows[:_ROWS]:
        cells = ("" if cell is None else html.escape(str(cell)) for cell in row)
        lines.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    if len(rows) > _ROWS:
        lines.append(f"<tr><td colspan={len(head)}>{len(rows) - _ROWS} more</td></tr>")
    lines.append("</table>")
    return "\n".join(lines)
