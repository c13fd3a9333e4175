"""The web pages, as built by `make web`, and the reference of this API."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

FOLDER = Path(__file__).parent / "pages"
_YEAR = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


@router.api_route("/{path:path}", methods=["GET", "HEAD"])
def page(path: str) -> FileResponse:
    """Serve a built file, or the application's page for its own routes."""
    if path.startswith(("v1/", "health/", "metrics")):
        raise HTTPException(404, "there is no such operation")
    if not path.isprintable():
        raise HTTPException(404, "there is no such page")
    target = (FOLDER / path).resolve()
    if not target.is_relative_to(FOLDER.resolve()):
        raise HTTPException(404, "there is no such page")
    if path and target.is_file():
        hashed = path.startswith("assets/")
        return FileResponse(target, headers={"Cache-Control": _YEAR} if hashed else None)
    index = FOLDER / "index.html"
    if "." in path.rsplit("/", 1)[-1] or not index.is_file():
        raise HTTPException(404, "there is no such page; build them with `make web`")
    return FileResponse(index, headers={"Cache-Control": "no-cache"})
