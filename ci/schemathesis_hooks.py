"""How schemathesis writes what it sends to the mock. `ci/schemathesis.toml` loads it."""

import schemathesis


@schemathesis.hook
def map_query(context, query):
    # To JSON Schema, 7.0 is an integer. A query is text, and engines refuse the text "7.0" for an integer.
    return {name: int(value) if isinstance(value, float) and value.is_integer() else value
            for name, value in (query or {}).items()} or query
