"""`verify`: what an auditor with only a public key can say of a proof."""

from pathlib import Path
from typing import Annotated

import typer

from industriverse.kernel.errors import ContractError, NotFoundError

_REJECTED = 4


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {str(path)!r}.", hint="Check the path.") from None
    except OSError as error:
        raise ContractError(f"{path} cannot be read: {error.strerror}.") from error


def verify(
    proof: Annotated[Path, typer.Argument(help="proof.json")],
    key: Annotated[Path | None, typer.Option(help="Public key of the signer you trust.")] = None,
    input: Annotated[Path | None, typer.Option(help="The input, to compare its hash.")] = None,
    forecast: Annotated[Path | None, typer.Option(help="forecast.nc, to compare its hash.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Check a proof offline: signature, log inclusion, hashes and its own arithmetic.

    Example: `industriverse verify result/proof.json --forecast result/forecast.nc`
    """
    from industriverse.engines.proofs import read_public_key  # noqa: PLC0415 (keeps --help fast)
    from industriverse.services.verification import verify_files  # noqa: PLC0415

    pinned = read_public_key(_read(key)) if key else None
    for given in (input, forecast):
        if given is not None and not given.exists():
            raise NotFoundError(f"There is no file {str(given)!r}.", hint="Check the path.")
    answer = verify_files(_read(proof), key=pinned, input_file=input, forecast_file=forecast)
    typer.echo(answer.as_json() if json else answer.as_text())
    return 0 if answer.valid else _REJECTED
