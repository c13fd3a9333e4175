"""Look at an installation: what works, what does not, and what to do."""

import json
import os
import platform as machine
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from industriverse.kernel.errors import IndustriverseError

from .folders import PRIVATE, make_folder
from .settings import Settings, load_settings
from .wiring import Platform, build_platform

_FEWEST_FREE_MB = 500
_ASSETS = ("CEU", "PFT", "MUNT")
_MARKS = {True: "✓", False: "✕", None: "–"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `ok` is None where it is only worth knowing."""

    name: str
    ok: bool | None
    note: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the doctor found."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return all(finding.ok is not False for finding in self.findings)

    def as_text(self) -> str:
        """Return a line for each finding."""
        width = max(len(finding.name) for finding in self.findings)
        return "\n".join(f"{_MARKS[f.ok]} {f.name:<{width}}  {f.note}" for f in self.findings)

    def as_json(self) -> str:
        """Return one JSON object."""
        found = [asdict(finding) for finding in self.findings]
        return json.dumps({"healthy": self.healthy, "findings": found}, indent=2)


def examine(overrides: Mapping[str, Any]) -> Report:
    """Look at everything; a part that fails is a finding, not an end."""
    findings = [_python(), _page()]
    try:
        settings = load_settings(**overrides)
        findings.append(_room(settings))
        with build_platform(settings) as platform:
            findings += [_guarded(name, look, platform) for name, look in _LOOKS.items()]
    except IndustriverseError as error:
        findings.append(Finding(error.code, ok=False, note=f"{error.message} {error.hint}"))
    return Report(tuple(findings))


def _guarded(name: str, look: Callable[[Platform], Finding], platform: Platform) -> Finding:
    try:
        return look(platform)
    except IndustriverseError as error:
        return Finding(name, ok=False, note=f"{error.message} {error.hint}")


def _python() -> Finding:
    recent = sys.version_info >= (3, 11)
    cores = os.cpu_count()
    return Finding("python", recent, f"{machine.python_version()}, {cores} cores")


def _page() -> Finding:
    spec = find_spec("industriverse.interfaces.rest")
    assert spec is not None
    assert spec.origin is not None
    built = (Path(spec.origin).parent / "pages" / "index.html").is_file()
    return Finding("page", built or None, "built" if built else "not built; run `make web`")


def _room(settings: Settings) -> Finding:
    make_folder(settings.folder, mode=PRIVATE)
    free = shutil.disk_usage(settings.folder).free >> 20
    return Finding("folder", free > _FEWEST_FREE_MB, f"{settings.folder}, {free} MB free")


def _database(platform: Platform) -> Finding:
    shown = platform.database.engine.url.render_as_string(hide_password=True)
    return Finding("database", ok=True, note=f"{shown}, schema {platform.database.version()}")


def _books(platform: Platform) -> Finding:
    sums = {asset: sum(platform.ledger.balances(asset).values()) for asset in _ASSETS}
    off = {asset: total for asset, total in sums.items() if total}
    wallet = platform.ledger.balance("wallet:local", "CEU") / 1e6
    note = (
        f"out of balance: {off}" if off else f"balanced; the local wallet holds {wallet:,.0f} CEU"
    )
    return Finding("books", not off, note)


def _log(platform: Platform) -> Finding:
    size = platform.prove.size()
    if size == 0:
        return Finding("proof log", ok=True, note="empty")
    root = platform.prove.checkpoint().root.hex()[:16]
    return Finding("proof log", ok=True, note=f"{size} records, root {root}…")


def _key(platform: Platform) -> Finding:
    return Finding("signing key", ok=True, note=f"Ed25519 {platform.signer.public_key.hex()[:16]}…")


def _meter(platform: Platform) -> Finding:
    method = platform.predict.tools.meter.start().stop().method
    return Finding("energy meter", ok=None if "modelled" in method else True, note=method)


def _embedded(platform: Platform) -> Finding:
    held = [n for n, s in (("graph", platform.graph), ("vectors", platform.vectors)) if s is None]
    note = f"{' and '.join(held)} held by the running server" if held else "graph and vectors open"
    return Finding("embedded stores", ok=None if held else True, note=note)


_LOOKS: dict[str, Callable[[Platform], Finding]] = {
    "database": _database,
    "books": _books,
    "proof log": _log,
    "signing key": _key,
    "energy meter": _meter,
    "embedded stores": _embedded,
}
