#!/usr/bin/env python3
"""Draws the pictures of the documentation as SVG, from the descriptions below and the examples of pages.

    docs/images/draw.py            write the pictures
    docs/images/draw.py --check    fail if a picture on disk differs

Standard library only. The pictures follow the reader's light or dark colours.
"""

import hashlib
import html
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

STYLE = """
text { font-family: system-ui, "DejaVu Sans", sans-serif; font-size: 14px; fill: #1f2328 }
.mono { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 13px; white-space: pre }
.title { font-weight: 600 }
.note { fill: #59636e; font-size: 12.5px }
.ground { fill: #ffffff }
.box { fill: #f6f8fa; stroke: #8c959f }
.paper { fill: #ffffff; stroke: #8c959f }
.good { fill: #dafbe1; stroke: #2da44e }
.warn { fill: #fff8c5; stroke: #bf8700 }
.line { stroke: #59636e; stroke-width: 1.5; fill: none }
.tip { fill: #59636e }
.prompt { fill: #1a7f37; font-weight: 600 }
.bad { fill: #cf222e }
.screen { fill: #f6f8fa; stroke: #d0d7de }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .note { fill: #9198a1 }
  .ground { fill: #0d1117 }
  .box { fill: #161b22; stroke: #6e7681 }
  .paper { fill: #0d1117; stroke: #6e7681 }
  .good { fill: #12261e; stroke: #3fb950 }
  .warn { fill: #272115; stroke: #d29922 }
  .line { stroke: #9198a1 }
  .tip { fill: #9198a1 }
  .prompt { fill: #3fb950 }
  .bad { fill: #ff7b72 }
  .screen { fill: #0d1117; stroke: #3d444d }
}
"""


class Picture:
    def __init__(self, width, height, title):
        self.width, self.height, self.title, self.parts = width, height, title, []

    def box(self, x, y, width, height, title, lines=(), style="box", mono=False):
        self.parts.append(f'<rect class="{style}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>')
        if title:
            self.text(x + 12, y + 24, title, "title")
        for at, line in enumerate(lines):
            self.text(x + 12, y + (46 if title else 24) + 20 * at, line, "mono" if mono else "note")

    def text(self, x, y, text, style="", anchor="start"):
        self.parts.append(f'<text class="{style}" x="{x}" y="{y}" text-anchor="{anchor}">{html.escape(text)}</text>')

    def arrow(self, *points):
        path = " ".join(f"{x},{y}" for x, y in points)
        (x0, y0), (x, y) = points[-2:]
        dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
        tip = f"{x},{y} {x - 9 * dx - 5 * dy},{y - 9 * dy - 5 * dx} {x - 9 * dx + 5 * dy},{y - 9 * dy + 5 * dx}"
        self.parts.append(f'<polyline class="line" points="{path}"/><polygon class="tip" points="{tip}"/>')

    def svg(self):
        body = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
            f'height="{self.height}" role="img">\n<title>{html.escape(self.title)}</title>\n<style>{STYLE}</style>\n<rect class="ground" width="{self.width}" height="{self.height}" rx="8"/>\n{body}\n</svg>\n'
        )


def format_layers():
    picture = Picture(760, 450, "The layers of an export document: JSON, the records of the blob, and an object message")
    picture.box(10, 10, 230, 190, "JSON", style="paper")
    for at, (name, note) in enumerate(
        [("exportResponseMetadata", "labels, not signed"), ("blob", "base64"), ("signature", "base64"), ("publicKey", "base64")]
    ):
        y = 45 + 37 * at
        picture.box(22, y, 206, 31, "", style="warn" if at == 0 else "good" if at == 1 else "box")
        picture.text(32, y + 20, name, "mono")
        picture.text(220, y + 20, "" if at == 0 else note, "note", "end")
    picture.text(125, 216, "no signature covers the metadata", "note", "middle")
    picture.arrow((228, 97), (270, 97))

    picture.box(270, 10, 220, 290, "Blob: records", style="paper")
    rows = [("header", "id, count"), ("object", ""), ("object", ""), ("…", ""), ("object", ""), ("trailer", "signature")]
    for at, (name, note) in enumerate(rows):
        y = 45 + 41 * at
        style = "good" if name == "object" else "box"
        if name != "…":
            picture.box(282, y, 46, 33, "", style="box")
            picture.text(305, y + 21, "length", "note", "middle")
            picture.box(330, y, 148, 33, "", style=style)
        picture.text(340, y + 21, name)
        picture.text(470, y + 21, note, "note", "end")
    picture.arrow((478, 102), (520, 102))

    picture.box(520, 10, 230, 190, "Object message", style="paper")
    for at, (number, name) in enumerate(
        [("1", "identifier"), ("2*", "dependencies"), ("3", "revision, UUIDs A and B"), ("4", "data")]
    ):
        y = 45 + 37 * at
        picture.box(532, y, 206, 31, "", style="good" if number == "4" else "box")
        picture.text(542, y + 20, number, "mono")
        picture.text(566, y + 20, name)
    picture.arrow((635, 187), (635, 235))
    picture.box(520, 235, 230, 160, "Data, by type", ["MaskingJobData", "DatabaseRulesetData", "SecureLookupData", "EmptyData", "…"], "paper", mono=True)
    picture.box(10, 330, 480, 110, "Where the truth is", [
        "The blob decides. The metadata repeats some of it.",
        "The revision hash of each object ties the two together.",
        "The key travels in the document: it shows integrity, not origin.",
    ])
    return picture


def revision_hash():
    def example(name):
        return json.loads((ROOT / "testdata/format" / name).read_text(encoding="utf-8"))

    objects = example("domain.expected.json")["objects"]
    colours = {found["type"]: style for found, style in zip(objects, ["good", "warn", "box"])}
    picture = Picture(760, 400, "The revision hash of a domain is the SHA-1 of the sorted UUID pairs of all that it needs")
    short = lambda found: f'{found["revision"]["object"][:8]}…{found["revision"]["save"][-4:]}'
    picture.text(10, 24, "1  The object and all that it needs", "title")
    picture.text(390, 24, "2, 3  UUID A + UUID B, sorted", "title")
    for at, found in enumerate(objects):
        y = 40 + 72 * at
        picture.box(10, y, 300, 50, "", style=colours[found["type"]])
        picture.text(22, y + 21, found["type"], "title")
        picture.text(22, y + 40, short(found), "mono")
        if at:
            picture.arrow((160, y - 22), (160, y))
    ordered = sorted(objects, key=lambda found: found["revision"]["object"] + found["revision"]["save"])
    for at, found in enumerate(ordered):
        y = 40 + 72 * at
        picture.box(390, y, 360, 50, "", style=colours[found["type"]])
        picture.text(402, y + 30, short(found), "mono")
        picture.text(740, y + 30, found["type"], "note", "end")
    picture.arrow((322, 137), (378, 137))
    pairs = "".join(found["revision"]["object"] + found["revision"]["save"] for found in ordered)
    digest = hashlib.sha1(pairs.encode()).hexdigest()
    assert digest == objects[0]["revision_hash"]
    picture.arrow((570, 234), (570, 272))
    picture.box(250, 272, 500, 62, "4, 5  SHA-1 of the three texts, one after the other", style="paper")
    picture.text(262, 319, digest, "mono")
    picture.text(10, 364, "No content is part of the hash. A save gives the object a new UUID B, so its hash changes, and that of everything", "note")
    picture.text(10, 382, "that needs it. The lookup's own hash has two texts, the setting's one.", "note")
    return picture


def review_flow():
    picture = Picture(760, 250, "An export from one engine is reviewed, prepared and planned before it is imported into another")
    steps = [
        ("Engine A", ["exports"], "paper"),
        ("Review", ["inspect", "verify-signature", "audit", "diff"], "good"),
        ("Prepare", ["extract", "merge", "redact", "seal"], "good"),
        ("Plan", ["plan"], "good"),
        ("Engine B", ["imports"], "paper"),
    ]
    x = 10
    for (title, lines, style), width in zip(steps, [100, 150, 130, 120, 100]):
        picture.box(x, 20, width, 130, title, lines, style, mono=style == "good")
        if x > 10:
            picture.arrow((x - 35, 70), (x, 70))
        x += width + 35
    picture.box(495, 190, 120, 50, "", style="warn")
    picture.text(555, 211, "what engine B", "", "middle")
    picture.text(555, 229, "has now", "", "middle")
    picture.arrow((700, 150), (700, 215), (615, 215))
    picture.arrow((555, 190), (555, 150))
    picture.text(10, 195, "mock-engine stands in for engine A and engine B in tests.", "note")
    picture.text(10, 213, "Neither the commands nor the library need an engine or a network.", "note")
    return picture


def example_of(page, command):
    """The command of a page and the output that the tests compare."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        for part in re.split(r"^(?=\$ )", block, flags=re.M):
            if part.startswith(f"$ {command}"):
                return part.rstrip("\n").split("\n")
    raise ValueError(f"{page} has no example of {command}")


def terminal():
    lines = example_of("README.md", "exportdoc diff --stat") + [""] + example_of("README.md", "exportdoc plan")
    lines = [line.replace("testdata/generated/", "") for line in lines]
    width = 40 + 8 * max(map(len, lines))
    picture = Picture(width, 58 + 19 * len(lines), "A terminal with the output of exportdoc diff and exportdoc plan")
    picture.parts.append(f'<rect class="screen" x="1" y="1" width="{width - 2}" height="{picture.height - 2}" rx="10"/>')
    for at in range(3):
        picture.parts.append(f'<circle class="tip" cx="{22 + 18 * at}" cy="20" r="5"/>')
    for at, line in enumerate(lines):
        style = "prompt" if line.startswith("$ ") else "bad" if re.search(r"\bconflict  |would fail", line) else ""
        picture.text(20, 56 + 19 * at, line, f"mono {style}")
    return picture


PICTURES = {"format-layers": format_layers, "revision-hash": revision_hash, "review-flow": review_flow, "terminal": terminal}


def main(arguments):
    stale = []
    for name, draw in PICTURES.items():
        path, svg = HERE / f"{name}.svg", draw().svg()
        if arguments == ["--check"]:
            if not path.is_file() or path.read_text(encoding="utf-8") != svg:
                stale.append(path.name)
        else:
            path.write_text(svg, encoding="utf-8")
    if stale:
        sys.exit(f"error: {', '.join(stale)} out of date\n  help: run 'docs/images/draw.py'")


if __name__ == "__main__":
    main(sys.argv[1:])
