"""The atlas: maps that runs have seen, and those built, imported, audited and patched here."""

from ._audit import AuditReport, audit
from ._build import BuildReport, BuildRequest, DomainBuilt, build
from ._croissant import export_croissant
from ._graph import show_in_graph
from ._growing import GrowingAtlas, Growth, State, lay_first_maps
from ._import import ImportRequest, import_file, import_long, import_maps
from ._jobs import plan
from ._maps import Maps
from ._patch import PatchRequest, patch_map
from ._seen import Atlas

__all__ = [
    "Atlas",
    "AuditReport",
    "BuildReport",
    "BuildRequest",
    "DomainBuilt",
    "GrowingAtlas",
    "Growth",
    "ImportRequest",
    "Maps",
    "PatchRequest",
    "State",
    "audit",
    "build",
    "export_croissant",
    "import_file",
    "import_long",
    "import_maps",
    "lay_first_maps",
    "patch_map",
    "plan",
    "show_in_graph",
]
