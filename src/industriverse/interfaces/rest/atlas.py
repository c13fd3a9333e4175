"""The atlas: energy maps that the platform has seen."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from .paging import next_token, read_token
from .predict import context_of
from .problems import documented

router = APIRouter(prefix="/v1/atlas", tags=["atlas"])


class MapItem(BaseModel):
    """One energy map."""

    id: str
    domain: str
    title: str
    unit: str
    energy: float = Field(description="Total energy, in `unit` times cell volume.")
    entropy: float = Field(description="Map entropy in nats.")
    shape: list[int]
    created: str
    proof_id: str
    sequence: int


class MapPage(BaseModel):
    """A page of maps, newest first."""

    items: list[MapItem]
    next_page_token: str | None


@router.get("/maps", summary="Energy maps", responses=documented(422, 503))
def maps(
    request: Request,
    page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    page_token: Annotated[str | None, Query(max_length=200)] = None,
    domain: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z_]+$")] = None,
) -> MapPage:
    """List the energy maps of runs, newest first."""
    scope = f"maps|{domain}"
    before = read_token(page_token, scope)
    context = context_of(request)
    found = request.app.state.platform.atlas.maps(
        context, before=before, limit=page_size, domain=domain
    )
    items = [MapItem(**item) for item in found]
    full = len(items) == page_size
    return MapPage(
        items=items, next_page_token=next_token(items[-1].sequence, scope) if full else None
    )
