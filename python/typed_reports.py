"""Writes lib/exportdoc/schema.pyi, the types of the reports, from docs/schema/.

python3 python/typed_reports.py [--check]
"""

import json
import keyword
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE / "lib/exportdoc/schema.pyi"
# The schema of each report, its definition there ("" is the schema itself), and the name of its type.
REPORTS = [
    ("report", "inspect_line", "InspectReport"),
    ("report", "verify_line", "VerifyReport"),
    ("audit", "audit_line", "AuditReport"),
    ("diff", "", "DiffReport"),
    ("merge", "", "MergeReport"),
    ("plan", "", "PlanReport"),
]
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
HEAD = '''"""Types of the reports, made by typed_reports.py from docs/schema/. Import them only for type checks."""

from typing import Any, Dict, List, Literal, Union

from typing_extensions import NotRequired, TypedDict
'''


class Types:
    """The types of one schema."""

    def __init__(self, file):
        self.schema = json.loads((HERE.parent / f"docs/schema/{file}-v1.schema.json").read_text())
        self.prefix = file.capitalize()
        self.done = {}
        self.text = []

    def resolve(self, ref):
        name = ref.rsplit("/", 1)[1]
        return name, self.schema["$defs"][name]

    def merged(self, schema):
        """The members of an object, with those of what it refers to, and the names of the required ones."""
        members, required = {}, set()
        # An unreadable document is an exception here, so the first alternative holds.
        parts = [schema.get("then"), *schema.get("allOf", []), *schema.get("anyOf", [])[:1], *schema.get("oneOf", [])[:1]]
        if "$ref" in schema:
            parts.append(self.resolve(schema["$ref"])[1])
        for part in parts:
            if part and part is not schema.get("then"):
                inner, needed = self.merged(part)
                members.update(inner)
                required |= needed
        members.update((schema.get("then") or {}).get("properties", {}))
        members.update(schema.get("properties", {}))
        required |= set(schema.get("required", []))
        return {name: member for name, member in members.items() if member is not False}, required

    def of(self, schema, name):
        """The type of a value; objects with members become a class of the given name."""
        if schema is True or not schema:
            return "Any"
        if "const" in schema:
            return f"Literal[{schema['const']!r}]"
        if "enum" in schema:
            return "Literal[" + ", ".join(repr(value) for value in schema["enum"]) + "]"
        if "$ref" in schema and not schema.get("properties"):
            reference, target = self.resolve(schema["$ref"])
            return self.of(target, self.prefix + camel(reference))
        if "anyOf" in schema and not schema.get("properties") and "type" not in schema:
            return union(self.of(part, f"{name}{number or ''}") for number, part in enumerate(schema["anyOf"]))
        kinds = schema.get("type", "object")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        return union(self.of_kind(kind, schema, name) for kind in kinds)

    def of_kind(self, kind, schema, name):
        if kind in PLAIN:
            return PLAIN[kind]
        if kind == "array":
            return f"List[{self.of(schema.get('items', True), name)}]"
        members, required = self.merged(schema)
        if not members:
            more = schema.get("additionalProperties")
            return f"Dict[str, {self.of(more, name) if isinstance(more, dict) else 'Any'}]"
        return self.typed_dict(name, members, required)

    def typed_dict(self, name, members, required):
        if name not in self.done:
            self.done[name] = None
            rows = []
            for member, schema in members.items():
                kind = self.of(schema, name + camel(member))
                rows.append((member, kind if member in required else f"NotRequired[{kind}]"))
            if any(keyword.iskeyword(member) for member, _ in rows):
                body = ", ".join(f'"{member}": {kind}' for member, kind in rows)
                self.text.append(f'{name} = TypedDict("{name}", {{{body}}})\n')
            else:
                body = "\n".join(f"    {member}: {kind}" for member, kind in rows)
                self.text.append(f"class {name}(TypedDict):\n{body}\n")
        return name


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def union(kinds):
    kinds = list(dict.fromkeys(kinds))
    return kinds[0] if len(kinds) == 1 else f"Union[{', '.join(kinds)}]"


def made():
    schemas, text = {}, [HEAD]
    for file, definition, name in REPORTS:
        types = schemas.setdefault(file, Types(file))
        schema = types.schema["$defs"][definition] if definition else types.schema
        types.typed_dict(name, *types.merged(schema))
    for types in schemas.values():
        text += types.text
    return "\n".join(text)


if sys.argv[1:] == ["--check"]:
    if TARGET.read_text() != made():
        sys.exit("error: the types are old: run python3 python/typed_reports.py")
else:
    TARGET.write_text(made())
