"""What the clients' scripts share: saying precisely what was expected and what came."""

import json
import sys
import urllib.request


def expect(holds, wanted, *came):
    """Ends the script with what was wanted and what came, unless it holds."""
    if not holds:
        shown = "\n".join(c if isinstance(c, str) else json.dumps(c, default=repr)[:3000] for c in came)
        caller = sys._getframe(1)
        sys.exit(f"{caller.f_code.co_filename}:{caller.f_lineno}: expected {wanted}; came:\n{shown}")


def journal(url, limit=1000):
    """The requests that an engine saw, newest first."""
    with urllib.request.urlopen(f"{url}/__admin/requests?limit={limit}") as answer:
        return json.load(answer)["requests"]
