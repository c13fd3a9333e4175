"""The rule by which the names of the blueprint become `docs/blueprint-names.txt`.

A name is, in the order of the kinds below:

* file: each word that ends in `.py`, `.json`, `.yaml`, `.cypher`, `.md` or `.graphql`, its last
  path segment, and `Dockerfile`; in the tree of the documentation also each folder;
* code: each branch of a tree in a listing that is an identifier, each `class` and `def`, each
  method called on `self`, each name imported from our own packages, each `…Request`;
* endpoint: each path under `/v1`;
* site: each heading `name.industriverse.com`;
* pack, pillar, category: the headings and numbered bold lines below "Expansion Pack";
* component: each bullet below `Components:`, `Domains:`, `Solvers:` or `Each Use Case Includes:`,
  up to its first bracket;
* site feature, site integration: each bullet below `Key Features:` of a site, up to its first
  bracket, and each one below `Backend Integrations:` that is not an endpoint;
* bridge feature: the numbered bold lines of the bridge's key features, and their bullets;
* target: each bullet below `Success Metrics:` up to its colon, each `Metrics:` of a pillar, and the
  bold words of the table of technical figures;
* security: each bullet of "Security & compliance", up to its first bracket;
* principle: the numbered bold lines of the recapitulation.

What the blueprint says of itself (version, roadmap, business figures, team, counts of tests) names
nothing to build. A name that a kind has twice, in whatever case, counts once.

`python -m tests.blueprint_names BLUEPRINT` prints the list.
"""

import re
import sys
from pathlib import Path

Name = tuple[str, str]

_FILE = re.compile(r"[\w./-]*\w\.(?:py|json|yaml|cypher|md|graphql)\b|\bDockerfile\b")
_FOLDER = re.compile(r"[├└]── (\w+/)")
_CODE = (
    re.compile(r"^\s*[├└]── ([A-Za-z_]\w*)(?:\(\))?(?=\s|$)"),
    re.compile(r"^\s*(?:async )?(?:class|def) (\w+)"),
    re.compile(r"self\.(?:\w+\.)*(\w+)\("),
    re.compile(r"(\w+Request)\b"),
)
_IMPORT = re.compile(r"^from (?:mcp|core_ai_layer|expansion_packs)[\w.]* import (.+)")
_NOT_CODE = {"Dockerfile", "POST", "GET", "WebSocket", "__init__"}
_ENDPOINT = re.compile(r"/v1/[\w{}/]+")
_SITE = re.compile(r"^### \d+\. (\w+\.industriverse\.com)")
_PACK = re.compile(r"^### Expansion Pack \d+: (.+)")
_BOLD_LINE = re.compile(r"^\s*\d+\. \*\*(.+?):?\*\*")
_LABEL = re.compile(r"^\s*(?:- )?\*\*([\w ]+):\*\*\s*(.*)")
_BULLET = re.compile(r"^\s*- (?!\*\*)(.+)")
_BOLD_CELL = re.compile(r"^\| \*\*(.+?)\*\* \|")
_PARTS = {"Components", "Domains", "Solvers", "Each Use Case Includes"}


class _Reader:
    """Walks the lines and remembers the section and the label it is below."""

    def __init__(self) -> None:
        self.names: dict[Name, str] = {}
        self.section = self.part = self.label = ""

    def add(self, kind: str, name: str) -> None:
        plain = re.sub(r"[*`]", "", name).strip()
        self.names.setdefault((kind, plain.casefold()), plain)

    def read(self, line: str) -> None:
        if line.startswith("## "):
            self.section, self.part, self.label = line[3:].strip().upper(), "", ""
        elif line.startswith("### "):
            self.part, self.label = line[4:].strip(), ""
        self._words(line)
        self._heading(line)
        label = _LABEL.match(line)
        if label:
            self.label = label[1]
            if self.label == "Metrics" and self.part.startswith("Expansion"):
                self.add("target", label[2])
            return
        bold = _BOLD_LINE.match(line)
        if bold:
            self._numbered(bold[1])
            return
        bullet = _BULLET.match(line)
        if bullet:
            self._bullet(bullet[1])

    def _words(self, line: str) -> None:
        for found in _FILE.findall(line):
            self.add("file", found.rsplit("/", 1)[-1])
        if self.section == "DOCUMENTATION STRUCTURE":
            for found in _FOLDER.findall(line):
                self.add("file", found)
        imported = _IMPORT.match(line)
        found = imported[1].split(", ") if imported else []
        for pattern in _CODE:
            found += pattern.findall(line)
        for name in found:
            if name not in _NOT_CODE:
                self.add("code", name)
        for found in _ENDPOINT.findall(line):
            self.add("endpoint", found.rstrip("/"))

    def _heading(self, line: str) -> None:
        for kind, pattern in (("site", _SITE), ("pack", _PACK)):
            found = pattern.match(line)
            if found:
                self.add(kind, found[1])
        cell = _BOLD_CELL.match(line)
        if cell and self.part == "Technical KPIs":
            self.add("target", cell[1])

    def _numbered(self, name: str) -> None:
        if self.part == "Expansion Pack 3: 100 Use Cases":
            self.add("category", name)
        elif self.part.startswith("Expansion Pack"):
            self.add("pillar", name)
        elif self.section.startswith("BRIDGE API"):
            self.add("bridge feature", name)
        elif self.section.startswith("KEY THERMODYNAMIC"):
            self.add("principle", name)

    def _bullet(self, text: str) -> None:
        name = text.split(" (", maxsplit=1)[0]
        if self.label in _PARTS:
            self.add("component", name)
        elif self.label == "Key Features" and "industriverse.com" in self.part:
            self.add("site feature", name)
        elif self.label == "Backend Integrations" and "/v1/" not in text:
            self.add("site integration", name)
        elif self.section.startswith("BRIDGE API") and self.part == "Key Features":
            self.add("bridge feature", name)
        elif self.label == "Success Metrics":
            self.add("target", text.split(":", maxsplit=1)[0])
        elif self.section.startswith("SECURITY"):
            self.add("security", name)


def derive(blueprint: str) -> list[Name]:
    """Return each (kind, name) of the blueprint, in the order of the kinds' first appearance."""
    reader = _Reader()
    for line in blueprint.splitlines():
        reader.read(line)
    kinds = list(dict.fromkeys(kind for kind, _ in reader.names))
    found = [(kind, plain) for (kind, _), plain in reader.names.items()]
    return sorted(found, key=lambda pair: kinds.index(pair[0]))


if __name__ == "__main__":
    for kind, name in derive(Path(sys.argv[1]).read_text(encoding="utf-8")):
        sys.stdout.write(f"{kind}\t{name}\n")
