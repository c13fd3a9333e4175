"""Errors as `application/problem+json` (RFC 9457): the one table from families to statuses."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from industriverse.kernel.errors import (
    ConflictError,
    ContractError,
    IndustriverseError,
    InsufficientFundsError,
    NotFoundError,
    UnavailableError,
)

MEDIA_TYPE = "application/problem+json"


class UnsupportedMediaError(ContractError):
    """The body is of a type that this operation does not read."""

    code = "unsupported_media_type"

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"The body is {kind or 'of no stated type'}.",
            hint="Send application/json, or to predict or follow a form with a part `file`.",
        )


_STATUS: tuple[tuple[type[IndustriverseError], int], ...] = (
    (UnsupportedMediaError, 415),
    (InsufficientFundsError, 402),
    (ContractError, 422),
    (NotFoundError, 404),
    (ConflictError, 409),
    (UnavailableError, 503),
)
_log = logging.getLogger("industriverse.rest")


class Problem(BaseModel):
    """What went wrong, where, and how to go on."""

    type: str = Field(description="`urn:industriverse:problem:<code>`.")
    title: str
    status: int
    detail: str
    code: str
    hint: str
    trace_id: str
    context: dict[str, str | float] = Field(description="The place: row, column, variable …")


def status_of(error: IndustriverseError) -> int:
    """Return the HTTP status of one of our errors."""
    return next((status for family, status in _STATUS if isinstance(error, family)), 500)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI `responses` entry for the problems an operation may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in statuses
    }


@dataclass(frozen=True, slots=True)
class Fault:
    """The parts of a problem that differ from case to case."""

    code: str
    detail: str
    hint: str = ""
    context: Mapping[str, str | float] = field(default_factory=dict[str, "str | float"])


def problem_response(
    request: Request, status: int, fault: Fault, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return one problem document."""
    problem = Problem(
        type=f"urn:industriverse:problem:{fault.code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=fault.detail,
        code=fault.code,
        hint=fault.hint,
        trace_id=getattr(request.state, "trace_id", ""),
        context=dict(fault.context),
    )
    return JSONResponse(problem.model_dump(), status, headers=headers, media_type=MEDIA_TYPE)


def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, IndustriverseError)
    fault = Fault(error.code, error.message, error.hint, error.context)
    return problem_response(request, status_of(error), fault)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    detail = f"{place}: {first['msg']}."
    hint = "Compare the request with /openapi.json."
    return problem_response(request, 422, Fault("validation", detail, hint, {"place": place}))


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).name.lower()
    fault = Fault(code, f"{request.method} {request.url.path}: {error.detail}.")
    return problem_response(request, error.status_code, fault, error.headers)


def defect(request: Request, error: Exception) -> JSONResponse:
    """Answer for an error that nobody foresaw, and write it to the log."""
    _log.error("unhandled error in %s %s", request.method, request.url.path, exc_info=error)
    detail = "This is a defect of ours; your data is unchanged."
    return problem_response(request, 500, Fault("defect", detail, "Report it with the trace id."))


def install(app: FastAPI) -> None:
    """Make every error of an app a problem document."""
    app.add_exception_handler(IndustriverseError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, defect)
