"""Verify a proof document beside the files it speaks of; needs no server and no database."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from industriverse.engines.proofs import FORECAST, INPUT, Verification, verify
from industriverse.kernel.ids import sha256_file, sha256_hex

_MARKS = {"holds": "✓", "broken": "✕", "open": "–"}


@dataclass(frozen=True, slots=True)
class VerifyAnswer:
    """What a verifier found, ready to print."""

    verification: Verification

    @property
    def valid(self) -> bool:
        """Whether nothing is broken."""
        return self.verification.valid

    def as_text(self) -> str:
        """Return a line for each finding."""
        found, says = self.verification, self.verification.statement
        verdict = "valid" if found.valid else "REJECTED"
        place = f"record {found.leaf + 1} of {found.log_size}"
        lines = [f"{verdict}   {found.id}   {says.stage}, {place}"]
        lines += [f"  {_MARKS[f.outcome]} {f.name:<11} {f.note}" for f in found.findings]
        if found.valid:
            passed = "the forecast obeys the laws checked" if says.passed else "not passed"
            lines.append(f"  it says: {passed} (domain {says.claim.domain})")
        return "\n".join(lines)

    def as_json(self) -> str:
        """Return one JSON object."""
        found, says = self.verification, self.verification.statement
        return json.dumps(
            {
                "valid": found.valid,
                "id": found.id,
                "stage": says.stage,
                "passed": says.passed,
                "copy": says.claim.copy,
                "mintable": says.mintable,
                "domain": says.claim.domain,
                "signer": found.keyid,
                "leaf": found.leaf,
                "log_size": found.log_size,
                "findings": [asdict(finding) for finding in found.findings],
            },
            indent=2,
        )


def folder_digest(folder: Path) -> str:
    """Return one SHA-256 for a folder: of the sorted `NAME SHA256` lines of its files."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = (f"{path.relative_to(folder).as_posix()} {sha256_file(path)}\n" for path in files)
    return sha256_hex("".join(lines).encode())


def path_digest(path: Path) -> str:
    """Return the SHA-256 of a file or a folder."""
    return folder_digest(path) if path.is_dir() else sha256_file(path)


def verify_files(
    proof: bytes,
    *,
    key: bytes | None = None,
    input_file: Path | None = None,
    forecast_file: Path | None = None,
) -> VerifyAnswer:
    """Verify a proof document, comparing the hashes of the files that are given.

    Raises:
        ContractError: It is not a proof document.
    """
    given = {INPUT: input_file, FORECAST: forecast_file}
    digests = {name: path_digest(path) for name, path in given.items() if path is not None}
    return VerifyAnswer(verify(proof, key=key, digests=digests))
