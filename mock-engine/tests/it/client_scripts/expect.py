"""Assertions of the client scripts."""

import json
import sys
import urllib.request


def expect(holds, wanted, *came):
    """Ends the script with the expected and the actual values if the condition fails."""
    if not holds:
        shown = "\n".join(c if isinstance(c, str) else json.dumps(c, default=repr)[:3000] for c in came)
        caller = sys._getframe(1)
        sys.exit(f"{caller.f_code.co_filename}:{caller.f_lineno}: expected {wanted}; came:\n{shown}")


def journal(url, limit=1000):
    """The requests in the engine's journal, newest first."""
    with urllib.request.urlopen(f"{url}/__admin/requests?limit={limit}") as answer:
        return json.load(answer)["requests"]
