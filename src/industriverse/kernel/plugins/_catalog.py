"""The catalogue: manifests read at once, code imported by name on first use."""

import importlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import MappingProxyType, ModuleType

from industriverse.kernel.domains import DomainAdapter, DomainLaw
from industriverse.kernel.errors import ContractError, NotFoundError

from ._manifest import MANIFEST, Manifest, read_manifest

GROUP = "industriverse.plugins"
_HOME = "industriverse.catalog"


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every plugin that is installed, by id."""

    plugins: Mapping[str, Manifest]

    def get(self, plugin: str) -> Manifest:
        """Return one plugin's manifest.

        Raises:
            NotFoundError: No plugin has this id.
        """
        if plugin not in self.plugins:
            raise NotFoundError(
                f"No plugin is called {plugin!r}.", hint=f"There are: {', '.join(self.plugins)}."
            )
        return self.plugins[plugin]

    def of_kind(self, kind: str) -> tuple[Manifest, ...]:
        """Return the plugins of one kind, in the order of their ids."""
        return tuple(found for found in self.plugins.values() if found.kind == kind)

    def domain(self, plugin: str) -> DomainAdapter:
        """Return one domain's adapter.

        Raises:
            NotFoundError: No domain has this id.
        """
        manifest = self.get(plugin)
        if manifest.kind != "domain":
            raise NotFoundError(f"{plugin!r} is a {manifest.kind}, not a domain.")
        return make_domain(manifest)

    def domains(self) -> tuple[DomainAdapter, ...]:
        """Return the adapter of every domain."""
        return tuple(make_domain(manifest) for manifest in self.of_kind("domain"))


def load(manifest: Manifest) -> object:
    """Import a plugin's entry.

    Raises:
        ContractError: The module or the object is not there.
    """
    module, _, name = manifest.entry.partition(":")
    try:
        return getattr(_module(manifest, module), name)
    except (ImportError, AttributeError, SyntaxError) as error:
        raise ContractError(
            f"Plugin {manifest.id!r} has no entry {manifest.entry}: {error}"
        ) from error


def _module(manifest: Manifest, module: str) -> ModuleType:
    if manifest.package:
        return importlib.import_module(f"{manifest.package}.{module}")
    path = manifest.folder / f"{module}.py"
    spec = spec_from_file_location(f"{manifest.folder.name}_{module}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ImportError(f"{path.name} is missing")
    found = module_from_spec(spec)
    # Dataclasses look their module up by name.
    sys.modules[spec.name] = found
    spec.loader.exec_module(found)
    return found


def make_domain(manifest: Manifest) -> DomainAdapter:
    """Build a domain's adapter from its manifest.

    Raises:
        ContractError: The entry is no domain adapter.
    """
    entry = load(manifest)
    adapter = entry(domain_law(manifest), manifest) if callable(entry) else None
    if not isinstance(adapter, DomainAdapter):
        raise ContractError(f"Entry {manifest.entry} of {manifest.id!r} makes no domain adapter.")
    return adapter


def domain_law(manifest: Manifest) -> DomainLaw:
    """Return the laws that a domain's manifest declares; a bound left out is None.

    Raises:
        ContractError: `[law]` lacks or adds a member.
    """
    members = {"smoothness_bound": None, "spectrum_bound": None, **manifest.law}
    try:
        return DomainLaw(domain=manifest.id, **members)  # pyright: ignore[reportArgumentType]
    except TypeError as error:
        raise ContractError(f"[law] of {manifest.id!r}: {error}") from error


def build_catalog(folders: Iterator[tuple[Path, str]] | None = None) -> Catalog:
    """Read every manifest: our own, then those of installed packages.

    Args:
        folders: `(folder, package)` of each plugin, to look elsewhere.

    Raises:
        ContractError: A manifest is broken, or two plugins have one id.
    """
    found: dict[str, Manifest] = {}
    for folder, package in folders if folders is not None else _everywhere():
        manifest = read_manifest(folder, package)
        if manifest.id in found:
            raise ContractError(
                f"Two plugins are called {manifest.id!r}: {found[manifest.id].package} and "
                f"{package}.",
                hint="Rename one of them.",
            )
        found[manifest.id] = manifest
    return Catalog(MappingProxyType(dict(sorted(found.items()))))


@cache
def installed() -> Catalog:
    """Return the catalogue of this installation, read once."""
    return build_catalog()


def _everywhere() -> Iterator[tuple[Path, str]]:
    yield from plugin_folders(Path(str(resources.files(_HOME))), _HOME)
    for point in metadata.entry_points(group=GROUP):
        # The value names a package that is one plugin's folder; only its parents are imported.
        spec = find_spec(point.value)
        for home in (spec.submodule_search_locations or ()) if spec else ():
            yield Path(home), point.value


def plugin_folders(home: Path, package: str) -> Iterator[tuple[Path, str]]:
    """Yield each plugin folder below `home/<kind>/<name>/` with its package."""
    for path in sorted(home.glob(f"*/*/{MANIFEST}")):
        kind, name = path.parent.parent.name, path.parent.name
        yield path.parent, f"{package}.{kind}.{name}"
