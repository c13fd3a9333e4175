"""`POST /v1/bridge/predict` and the runs it leaves behind."""

from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, Field, model_validator

from industriverse.bootstrap.numbers import (
    FieldNumbers,
    read_field_numbers,
    read_signal_numbers,
)
from industriverse.bootstrap.wiring import Platform
from industriverse.kernel.ids import sha256_hex
from industriverse.kernel.ports import ReadOptions, ReadResult
from industriverse.services.documents import PredictDocument
from industriverse.services.predict import PredictRequest
from industriverse.services.runs import FILE_NAMES, MEDIA_TYPES

from .bodies import (
    FiniteNumber,
    PrintableName,
    SignalsBody,
    StrictBody,
    UnitText,
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

router = APIRouter(prefix="/v1/bridge", tags=["predict"])

_TRACE = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
_KEY = r"^[\x21-\x7e]{1,128}$"


class PredictOptions(StrictBody):
    """What to predict and how."""

    variables: list[str] = Field(default=[], max_length=64, description="Empty: all that fit.")
    horizon: int | None = Field(None, ge=1, le=1000, description="Steps ahead.")
    coverage: float = Field(0.9, ge=0.5, le=0.99, description="Target of the outer interval.")
    domain: str = Field("", max_length=64, pattern=r"^[a-z_]*$", description="Declared domain.")
    law: bool | None = Field(
        None, description="Seek a field's governing equation: null where it takes seconds."
    )


class FieldBody(StrictBody):
    """Frames on a regular grid: by variable, nested lists `[time][y][x]`."""

    dt: float = Field(gt=0, allow_inf_nan=False, description="Seconds between frames.")
    dx: float = Field(gt=0, allow_inf_nan=False)
    dy: float | None = Field(None, gt=0, allow_inf_nan=False)
    boundary: str = Field("", pattern=r"^(periodic|reflecting|open|)$")
    units: dict[PrintableName, UnitText] = Field(default={})
    variables: dict[PrintableName, list[list[list[FiniteNumber | None]]]] = Field(
        min_length=1, max_length=32
    )


class PredictBody(PredictOptions):
    """Either signals or a field."""

    name: PrintableName = "request"
    signals: SignalsBody | None = None
    field: FieldBody | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "PredictBody":
        if (self.signals is None) == (self.field is None):
            raise ValueError("send exactly one of `signals` and `field`")
        return self


class RunItem(BaseModel):
    """One line of the list of runs."""

    trace_id: str
    created: str
    name: str
    kind: str
    domain: str
    regime: str
    passed: bool
    abstained: bool
    proof_id: str


class RunPage(BaseModel):
    """A page of runs, newest first."""

    items: list[RunItem]
    next_page_token: str | None


_MULTIPART = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "Any file we can read."},
        "variable": {"type": "string", "description": "Variables to report, comma-separated."},
        "horizon": {"type": "integer", "minimum": 1, "maximum": 1000},
        "coverage": {"type": "number", "minimum": 0.5, "maximum": 0.99},
        "domain": {"type": "string", "maxLength": 64, "pattern": "^[a-z_]*$"},
        "law": {"type": "boolean"},
    },
}
_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/PredictBody"}},
        "multipart/form-data": {"schema": _MULTIPART},
    },
}


@router.post(
    "/predict",
    summary="Regime, forecast, proof and bill for a file or for numbers",
    openapi_extra={"requestBody": _BODY},
    responses=documented(400, 402, 404, 409, 413, 415, 422, 503),
)
async def predict(
    request: Request,
    idempotency_key: Annotated[str | None, Header(pattern=_KEY)] = None,
) -> PredictDocument:
    """Run the seven stages; the same `Idempotency-Key` and content give the same answer once."""
    platform = platform_of(request)
    if is_form(request):
        asked = await _from_upload(request, platform)
    else:
        asked = await _from_json(request)
    asked = asked.with_key(idempotency_key or "")
    context = context_of(request)
    document = await anyio.to_thread.run_sync(
        platform.predict.run, asked, context, limiter=request.app.state.work_limit
    )
    request.app.state.metrics.observe(document)
    return document


async def _from_json(request: Request) -> PredictRequest:
    raw = await request.body()
    body = validated(PredictBody, raw)
    content = sha256_hex(raw)
    limit = request.app.state.work_limit
    read = await anyio.to_thread.run_sync(_read_numbers, body, content, limiter=limit)
    return _request(read, body.name, body, content)


def _read_numbers(body: PredictBody, content: str) -> ReadResult:
    options = ReadOptions(variables=tuple(body.variables), domain=body.domain)
    if body.signals is not None:
        return read_signal_numbers(
            numbers_of(body.signals), options, name=body.name, sha256=content
        )
    field = body.field
    assert field is not None
    frames = FieldNumbers(
        variables=field.variables,
        units=field.units,
        dt=field.dt,
        dx=field.dx,
        dy=field.dy or field.dx,
        boundary=field.boundary,
    )
    return read_field_numbers(frames, options, name=body.name, sha256=content)


async def _from_upload(request: Request, platform: Platform) -> PredictRequest:
    async with uploaded(request) as upload:
        options = _form_options(upload.texts)
        wanted = ReadOptions(variables=tuple(options.variables), domain=options.domain)
        limit = request.app.state.work_limit
        read = await anyio.to_thread.run_sync(
            platform.reader.read, upload.path, wanted, limiter=limit
        )
    return _request(read, upload.name, options, read.sha256)


def _form_options(texts: dict[str, str]) -> PredictOptions:
    variables = names_in(texts.pop("variable", ""))
    return validated_form(PredictOptions, {**texts, "variables": variables})


def _request(read: ReadResult, name: str, options: PredictOptions, content: str) -> PredictRequest:
    asked = "|".join([content, options.model_dump_json(include=set(PredictOptions.model_fields))])
    return PredictRequest(
        read=read,
        name=name,
        horizon=options.horizon,
        coverage=options.coverage,
        domain=options.domain,
        law=options.law,
        request_sha256=sha256_hex(asked.encode()),
    )


@router.get("/runs", summary="Finished predictions", responses=documented(422))
def runs(
    request: Request,
    page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    page_token: Annotated[str | None, Query(max_length=200)] = None,
) -> RunPage:
    """List runs, newest first."""
    before = read_token(page_token, "runs")
    found = platform_of(request).runs.page(context_of(request), before=before, limit=page_size)
    full = len(found) == page_size
    items: list[dict[str, Any]] = [
        {
            "trace_id": run.trace_id, "created": run.created.isoformat(), "name": run.name,
            "kind": run.kind, "domain": run.domain, "regime": run.regime, "passed": run.passed,
            "abstained": run.abstained, "proof_id": run.proof_id,
        }
        for run in found
    ]  # fmt: skip
    return RunPage(
        items=[RunItem(**item) for item in items],
        next_page_token=next_token(found[-1].sequence, "runs") if full else None,
    )


@router.get("/runs/{trace_id}", summary="One prediction", responses=documented(404, 422))
def run(request: Request, trace_id: _TRACE) -> PredictDocument:
    """Return the document that `predict` answered with."""
    found = platform_of(request).runs.get(trace_id, context_of(request))
    return PredictDocument.model_validate_json(found.document)


@router.get(
    "/runs/{trace_id}/files/{name}",
    summary="A file of a prediction",
    response_class=Response,
    responses={
        200: {
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in sorted(set(MEDIA_TYPES.values()))
            }
        },
        **documented(404, 422, 503),
    },
)
def file(request: Request, trace_id: _TRACE, name: str) -> Response:
    """Return `result.json`, `forecast.nc`, `proof.json` or `plot.png`."""
    data = platform_of(request).runs.file(trace_id, name, context_of(request))
    shown = "inline" if name.endswith((".png", ".json")) else "attachment"
    headers = {"Content-Disposition": f'{shown}; filename="{name}"'}
    assert name in FILE_NAMES
    return Response(data, media_type=MEDIA_TYPES[name], headers=headers)
