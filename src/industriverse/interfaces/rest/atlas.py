"""The atlas: energy maps that the platform has seen."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field

from industriverse.kernel.maps import MapQuery, MapRecord, map_id
from industriverse.services.atlas import Growth, State

from .bodies import context_of
from .paging import next_token, read_token
from .problems import documented

router = APIRouter(prefix="/v1/atlas", tags=["atlas"])


class DomainSummary(BaseModel):
    """One domain's built and imported maps in numbers."""

    domain: str
    maps: int
    sequences: int
    energy_mean: float
    entropy_mean: float = Field(description="Map entropy in nats.")


class BuildProgress(BaseModel):
    """How far a build beside the server is."""

    state: State
    share: float = Field(ge=0, le=1)
    sentence: str


class AtlasSummary(BaseModel):
    """The atlas in numbers."""

    maps: int
    domains: list[DomainSummary]
    build: BuildProgress


class BuiltMap(BaseModel):
    """One built or imported map."""

    id: str
    domain: str
    origin: str = Field(description="The solver's id, or the file's name.")
    regime: str = Field(description='Known from a control parameter, else "".')
    time_s: float
    shape: list[int]
    levels: list[int] = Field(description="Cells averaged along each axis, by level.")
    unit: str
    energy: float = Field(description="Total energy, in `unit` times cell volume.")
    entropy: float = Field(description="Map entropy in nats.")
    parameters: dict[str, float]
    provenance: dict[str, str]
    licence: str
    checksum: str
    version: int


class BuiltPage(BaseModel):
    """A page of built maps."""

    items: list[BuiltMap]
    next_page_token: str | None


class MapCells(BaseModel):
    """One map at one level."""

    map: BuiltMap
    level: int
    shape: list[int]
    cells: list[float] = Field(description="Energy density in `map.unit`, slowest axis first.")


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


@router.get("/summary", summary="The atlas in numbers", responses=documented(503))
def summary(request: Request) -> AtlasSummary:
    """Count the maps of each domain and tell how far a build is."""
    state = request.app.state
    growth = Growth() if state.growing is None else state.growing.growth
    rows = state.platform.maps.catalogue.statistics()
    return AtlasSummary(
        maps=sum(row.maps for row in rows),
        domains=[DomainSummary.model_validate(row, from_attributes=True) for row in rows],
        build=BuildProgress(state=growth.state, share=growth.share, sentence=growth.sentence),
    )


@router.get("/built", summary="Built and imported maps", responses=documented(422, 503))
def built(
    request: Request,
    page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    page_token: Annotated[str | None, Query(max_length=200)] = None,
    domain: Annotated[str, Query(max_length=64, pattern=r"^[a-z_]*$")] = "",
    regime: Annotated[str, Query(max_length=64)] = "",
    sequence: Annotated[str, Query(max_length=151)] = "",
) -> BuiltPage:
    """List the atlas' own maps, those of solvers and imported files."""
    scope = f"built|{domain}|{regime}|{sequence}"
    after = read_token(page_token, scope)
    asked = MapQuery(domain=domain, regime=regime, sequence=sequence)
    catalogue = request.app.state.platform.maps.catalogue
    # Without a range the catalogue sorts by number, so its place holds that twice.
    place = "" if after is None else f"[{after}, {after}]"
    page = catalogue.query(asked, limit=page_size, after=place)
    token = next_token(page.records[-1].number, scope) if page.following else None
    return BuiltPage(items=[_built(record) for record in page.records], next_page_token=token)


@router.get(
    "/built/{sequence}/{frame}", summary="A map's cells", responses=documented(404, 422, 503)
)
def cells(
    request: Request,
    sequence: Annotated[str, PathParameter(max_length=151)],
    frame: Annotated[int, PathParameter(ge=0, le=10**9)],
    level: Annotated[int, Query(ge=1, le=1024)] = 1,
) -> MapCells:
    """Return one map with its cells at one level."""
    maps = request.app.state.platform.maps
    record = maps.record(map_id(sequence, frame))
    found = maps.load(record.id, level=level)
    return MapCells(
        map=_built(record),
        level=level,
        shape=list(found.density.shape),
        cells=found.density.ravel().tolist(),
    )


def _built(record: MapRecord) -> BuiltMap:
    return BuiltMap.model_validate(record, from_attributes=True)


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
