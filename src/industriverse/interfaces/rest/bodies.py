"""What comes in, whatever the operation: JSON with numbers, or a form with a file."""

import re
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile

from industriverse.bootstrap.numbers import SignalNumbers
from industriverse.bootstrap.wiring import Platform
from industriverse.kernel.context import Context
from industriverse.kernel.errors import InputError

from .problems import UnsupportedMediaError

_UNSAFE = re.compile(r"[^A-Za-z0-9._ +-]")
_LONGEST_NAME = 100
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
PrintableName = Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME, pattern=_PRINTABLE)]
UnitText = Annotated[str, Field(max_length=64, pattern=_PRINTABLE)]
FiniteNumber = Annotated[float, Field(allow_inf_nan=False)]
Body = TypeVar("Body", bound=BaseModel)


class StrictBody(BaseModel):
    """Base: no unknown member."""

    model_config = ConfigDict(extra="forbid")


class ChannelBody(StrictBody):
    """One channel: its unit and its readings, null where missing."""

    unit: UnitText = ""
    values: list[FiniteNumber | None] = Field(min_length=1, max_length=1_000_000)


class SignalsBody(StrictBody):
    """Telemetry on one regular clock."""

    step_s: float = Field(gt=0, allow_inf_nan=False)
    start: str | None = Field(None, max_length=64, description="RFC 3339 time of the first row.")
    channels: dict[PrintableName, ChannelBody] = Field(min_length=1, max_length=256)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form, on disk, and the form's texts beside it."""

    path: Path
    name: str
    texts: dict[str, str]


def platform_of(request: Request) -> Platform:
    """Return what the application serves."""
    return request.app.state.platform


def context_of(request: Request) -> Context:
    """Return the context of a request: its trace, and the local tenant."""
    return Context(request.state.trace_id)


def is_form(request: Request) -> bool:
    """Return whether the body is a form; otherwise it is JSON.

    Raises:
        UnsupportedMediaError: It is neither.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in {"application/json", "multipart/form-data"}:
        raise UnsupportedMediaError(kind)
    return kind == "multipart/form-data"


def validated(model: type[Body], raw: bytes) -> Body:
    """Return a JSON body.

    Raises:
        RequestValidationError: It does not fit; says where.
    """
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise _placed(error, "body") from error


def validated_form(model: type[Body], texts: Mapping[str, object]) -> Body:
    """Return what a form's texts say.

    Raises:
        RequestValidationError: They do not fit; says where.
    """
    try:
        return model.model_validate(texts, strict=False)
    except ValidationError as error:
        raise _placed(error, "form") from error


def _placed(error: ValidationError, place: str) -> RequestValidationError:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return RequestValidationError(
        [{**problem, "loc": (place, *problem["loc"])} for problem in details]
    )


def names_in(text: str) -> list[str]:
    """Return the names in a comma-separated text."""
    return [part.strip() for part in text.split(",") if part.strip()]


def numbers_of(signals: SignalsBody) -> SignalNumbers:
    """Return the numbers of a body."""
    return SignalNumbers(
        channels={name: channel.values for name, channel in signals.channels.items()},
        units={name: channel.unit for name, channel in signals.channels.items()},
        step_s=signals.step_s,
        start=signals.start,
    )


@asynccontextmanager
async def uploaded(request: Request) -> AsyncGenerator[Upload]:
    """Lay the form's part `file` in a folder that is removed at the end.

    Raises:
        InputError: There is no such part.
    """
    async with request.form(max_files=1, max_fields=8) as form:
        upload = form.get("file")
        if not isinstance(upload, UploadFile):
            raise InputError("The form has no part `file`.", hint="Attach the file as `file`.")
        texts = {key: str(value) for key, value in form.items() if key != "file"}
        name = _UNSAFE.sub("_", Path(upload.filename or "upload").name)[-_LONGEST_NAME:]
        with tempfile.TemporaryDirectory(dir=platform_of(request).upload_folder) as folder:
            path = Path(folder) / (name.lstrip(".") or "upload")
            with path.open("wb") as file:
                while chunk := await upload.read(1 << 20):
                    file.write(chunk)
            yield Upload(path, name, texts)
