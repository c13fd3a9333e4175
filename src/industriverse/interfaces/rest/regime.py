"""`POST /v1/regime`: a record's regimes, changes and anomalies; and those found before."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from industriverse.bootstrap.numbers import read_signal_numbers
from industriverse.bootstrap.wiring import Platform
from industriverse.kernel.ids import sha256_hex
from industriverse.kernel.ports import ReadResult, RegimeRecord
from industriverse.kernel.results import RegimeLabel
from industriverse.kernel.signals import Signals
from industriverse.services.documents import KeptRegimesDocument
from industriverse.services.following import FollowRequest, record_options

from .bodies import (
    PrintableName,
    SignalsBody,
    StrictBody,
    context_of,
    is_form,
    names_in,
    numbers_of,
    platform_of,
    uploaded,
    validated,
    validated_form,
)
from .paging import next_token, read_token
from .problems import documented

router = APIRouter(prefix="/v1/regime", tags=["regime"])

RegimeId = Annotated[str, Field(pattern=r"^rgm_[0-9a-f]{32}$")]


class RegimeOptions(StrictBody):
    """What to follow and how."""

    columns: list[str] = Field(default=[], max_length=256, description="Empty: all that fit.")
    false_alarms: float = Field(
        1e-4, gt=0, le=0.1, allow_inf_nan=False, description="False alarms a sample, at most."
    )
    scores: bool = Field(False, description="Answer with one anomaly score a sample too.")


class RegimeBody(RegimeOptions):
    """Telemetry to follow, and how."""

    name: PrintableName = Field("request", description="Of the source; its events' topic.")
    signals: SignalsBody


class RegimeItem(BaseModel):
    """One line of the list of followed records."""

    id: str
    created: str
    name: str
    samples: int
    regime: RegimeLabel
    confirmed: bool
    changes: int
    anomalies: int
    recommended_action: Literal["proceed", "monitor", "investigate", "alert", "defer"]
    risk_level: Literal["low", "medium", "high"]


class RegimePage(BaseModel):
    """A page of followed records, newest first."""

    items: list[RegimeItem]
    next_page_token: str | None


_MULTIPART = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "A table over time."},
        "columns": {"type": "string", "description": "Columns to follow, comma-separated."},
        "false_alarms": {"type": "number", "exclusiveMinimum": 0, "maximum": 0.1},
        "scores": {"type": "boolean"},
    },
}
_EXAMPLE = {
    "name": "pump-7",
    "signals": {
        "step_s": 60,
        "start": "2026-01-31T12:00:00Z",
        "channels": {"flow": {"unit": "kg/s", "values": [20.1, 20.0, None, 23.4]}},
    },
    "columns": ["flow"],
    "false_alarms": 1e-4,
}
_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/RegimeBody"},
            "examples": {"a pump": {"summary": "One channel, a minute a row", "value": _EXAMPLE}},
        },
        "multipart/form-data": {"schema": _MULTIPART},
    },
}


@router.post(
    "",
    summary="Changes, regimes and anomalies of a file or of numbers",
    openapi_extra={"requestBody": _BODY},
    responses=documented(400, 404, 413, 415, 422, 503),
)
async def follow(request: Request) -> KeptRegimesDocument:
    """Follow a record as if it came in sample by sample; what is found is kept and published."""
    platform = platform_of(request)
    asked = await (_from_upload if is_form(request) else _from_json)(request, platform)
    return await anyio.to_thread.run_sync(
        platform.following.run,
        asked,
        context_of(request),
        limiter=request.app.state.work_limit,
    )


async def _from_json(request: Request, _: Platform) -> FollowRequest:
    raw = await request.body()
    body = validated(RegimeBody, raw)
    read = await anyio.to_thread.run_sync(
        _read_numbers, body, sha256_hex(raw), limiter=request.app.state.work_limit
    )
    return FollowRequest(read, body.name, body.false_alarms, body.scores)


def _read_numbers(body: RegimeBody, content: str) -> ReadResult:
    options = record_options(body.columns)
    read = read_signal_numbers(numbers_of(body.signals), options, name=body.name, sha256=content)
    if body.signals.start is None and isinstance(read.observation, Signals):
        return replace(read, observation=replace(read.observation, absolute=False))
    return read


async def _from_upload(request: Request, platform: Platform) -> FollowRequest:
    async with uploaded(request) as upload:
        columns = names_in(upload.texts.pop("columns", ""))
        options = validated_form(RegimeOptions, {**upload.texts, "columns": columns})
        read = await anyio.to_thread.run_sync(
            _read_file, platform, upload.path, options.columns,
            limiter=request.app.state.work_limit,
        )  # fmt: skip
    return FollowRequest(read, upload.name, options.false_alarms, options.scores)


def _read_file(platform: Platform, path: Path, columns: list[str]) -> ReadResult:
    return platform.reader.read(path, record_options(columns))


@router.get("/history", summary="Records followed before", responses=documented(422))
def history(
    request: Request,
    page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    page_token: Annotated[str | None, Query(max_length=200)] = None,
) -> RegimePage:
    """List followed records, newest first."""
    before = read_token(page_token, "regimes")
    found = platform_of(request).following.page(context_of(request), before=before, limit=page_size)
    full = len(found) == page_size
    return RegimePage(
        items=[_item(record) for record in found],
        next_page_token=next_token(found[-1].sequence, "regimes") if full else None,
    )


def _item(record: RegimeRecord) -> RegimeItem:
    return RegimeItem.model_validate(
        {
            "id": record.id,
            "created": record.created.isoformat(),
            "name": record.name,
            "samples": record.samples,
            "regime": record.regime,
            "confirmed": record.confirmed,
            "changes": record.changes,
            "anomalies": record.anomalies,
            "recommended_action": record.action,
            "risk_level": record.risk,
        }
    )


@router.get("/{regime_id}", summary="One followed record", responses=documented(404, 422))
def followed(request: Request, regime_id: RegimeId) -> KeptRegimesDocument:
    """Return what was found in a record, without its scores: those are not kept."""
    return platform_of(request).following.get(regime_id, context_of(request))
