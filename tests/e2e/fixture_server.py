"""The API as the page expects it, with repeatable answers: `python -m tests.e2e.fixture_server`."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from industriverse.services.documents import PredictDocument
from tests.e2e.documents import field, signals
from tests.e2e.plant import Plant
from tests.e2e.records import regimes

PAGES = Path(__file__).parents[2] / "src/industriverse/interfaces/rest/pages"
POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_RUNS = {run.trace_id: run for run in (signals(), field(), signals("second", failing=True))}
_RECORDS = {record.id: record for record in (regimes(), regimes("pump week 46.csv"))}
_PLANT = Plant()


def problem(status: int, detail: str, hint: str = "") -> JSONResponse:
    """Return one problem document."""
    body = {
        "type": "urn:industriverse:problem:test",
        "title": "Unprocessable Content" if status == 422 else "Not Found",
        "status": status,
        "detail": detail,
        "code": "input" if status == 422 else "not_found",
        "hint": hint,
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
        "context": {"row": 7, "column": "flow"} if status == 422 else {},
    }
    return JSONResponse(body, status, media_type="application/problem+json")


async def _runs(_: Request) -> Response:
    items = [
        {
            "trace_id": run.trace_id,
            "created": run.created,
            "name": run.input.name,
            "kind": run.input.kind,
            "regime": run.regime.label,
            "passed": run.proof.passed,
            "abstained": run.abstained,
            "domain": run.proof.domain,
            "proof_id": run.proof.id,
        }
        for run in _RUNS.values()
    ]
    return JSONResponse({"items": items, "next_page_token": ""})


async def _atlas(_: Request) -> Response:
    rows = [
        {"domain": d, "maps": m, "sequences": 5, "energy_mean": 1.0, "entropy_mean": 7.0}
        for d, m in (("fluid", 53), ("heat", 38), ("reaction_diffusion", 30))
    ]
    build = {"state": "building", "share": 0.42, "sentence": "plasma: Orszag–Tang vortex, 18 maps"}
    return JSONResponse({"maps": 121, "domains": rows, "build": build})


async def _run(request: Request) -> Response:
    run = _RUNS.get(request.path_params["trace_id"])
    if run is None:
        return problem(404, "There is no run with this trace id.", "Take one of the recent runs.")
    return JSONResponse(run.model_dump(mode="json"))


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    return Response(b"{}", headers={"content-disposition": f'attachment; filename="{name}"'})


async def _predict(request: Request) -> Response:
    async with request.form() as form:
        upload = form["file"]
        assert not isinstance(upload, str)
        content = await upload.read()
        name = upload.filename or "file"
    await asyncio.sleep(0.3)
    if content.count(b"\n") < 30:
        sentence = f"{name}: column flow: 'high' is not a number in row 2."
        return problem(422, sentence, "Correct the cell or leave it empty.")
    run = signals(f"upload {name}")
    run = run.model_copy(update={"input": run.input.model_copy(update={"name": name})})
    _RUNS[run.trace_id] = run
    return JSONResponse(run.model_dump(mode="json"))


async def _follow(request: Request) -> Response:
    async with request.form() as form:
        upload = form["file"]
        assert not isinstance(upload, str)
        name, content = upload.filename or "file", await upload.read()
    await asyncio.sleep(0.3)
    if content.count(b"\n") < 30:
        return problem(422, f"{name} has no measured column.", "Check the delimiter.")
    record = regimes(name)
    _RECORDS[record.id] = record
    return JSONResponse(record.model_dump(mode="json"))


async def _followed(request: Request) -> Response:
    record = _RECORDS.get(request.path_params["regime_id"])
    if record is None:
        return problem(404, "No followed record has this id.", "Take one of the list.")
    return JSONResponse(record.model_dump(mode="json"))


async def _history(_: Request) -> Response:
    items = [
        {
            "id": record.id,
            "created": record.created,
            "name": record.input.name,
            "samples": record.n,
            "regime": record.regime.label,
            "confirmed": record.regime.confirmed,
            "changes": len(record.change_points),
            "anomalies": len(record.anomalies),
            "recommended_action": record.recommended_action,
            "risk_level": record.risk_level,
        }
        for record in _RECORDS.values()
    ]
    return JSONResponse({"items": items, "next_page_token": None})


async def _proof(request: Request) -> Response:
    return JSONResponse({"payload": request.path_params["proof_id"], "signatures": []})


async def _verify(_: Request) -> Response:
    findings = [
        {
            "name": "signature",
            "outcome": "holds",
            "note": "The key in the file signed these bytes.",
        },
        {"name": "signer", "outcome": "open", "note": "Not pinned: integrity shown, identity not."},
        {"name": "input_file", "outcome": "open", "note": "No input file was given."},
    ]
    answer = {"valid": True, "id": f"prf_{1:032x}", "stage": "lawful", "passed": True}
    return JSONResponse(answer | {"signer": "not pinned", "findings": findings})


def _described() -> FastAPI:
    app = FastAPI(title="Fixture", version="0", description="Answers of the page's tests.")

    @app.get("/v1/bridge/runs/{trace_id}", summary="One prediction")
    def run(trace_id: str) -> PredictDocument:
        """Return the document."""
        return _RUNS[trace_id]

    del run
    return app


_OPENAPI = _described().openapi()


async def _openapi(_: Request) -> Response:
    return JSONResponse(_OPENAPI)


async def _stream(socket: WebSocket) -> None:
    await socket.accept()
    offset = int(socket.query_params.get("after", "-1")) + 1
    await socket.send_text(json.dumps(_PLANT.hello()))
    try:
        while True:
            for message in _PLANT.messages()[offset:]:
                await socket.send_text(json.dumps(message))
                offset += 1
            await asyncio.sleep(0.1)
    except WebSocketDisconnect:
        return


async def _page(request: Request) -> Response:
    asked = PAGES / request.path_params["path"]
    found = asked.is_file() and PAGES in asked.resolve().parents
    return FileResponse(asked if found else PAGES / "index.html")


async def _guarded(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call(request)
    response.headers["content-security-policy"] = POLICY
    response.headers["x-content-type-options"] = "nosniff"
    return response


def _route(path: str, answer: Callable[[Request], Awaitable[Response]], *methods: str) -> Route:
    async def endpoint(request: Request) -> Response:
        return await _guarded(request, answer)

    return Route(path, endpoint, methods=list(methods or ("GET",)))


def create_app() -> Starlette:
    """Return the whole fixture."""
    return Starlette(
        routes=[
            _route("/v1/atlas/summary", _atlas),
            _route("/v1/bridge/runs", _runs),
            _route("/v1/bridge/runs/{trace_id}", _run),
            _route("/v1/bridge/runs/{trace_id}/files/{name}", _file),
            _route("/v1/bridge/predict", _predict, "POST"),
            _route("/v1/regime", _follow, "POST"),
            _route("/v1/regime/history", _history),
            _route("/v1/regime/{regime_id}", _followed),
            _route("/v1/proofs/verify", _verify, "POST"),
            _route("/v1/proofs/{proof_id}", _proof),
            WebSocketRoute("/v1/bridge/stream", _stream),
            _route("/openapi.json", _openapi),
            _route("/{path:path}", _page),
        ]
    )


if __name__ == "__main__":
    uvicorn.run(create_app(), host="127.0.0.1", port=8123, log_level="warning")
