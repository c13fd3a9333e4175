"""Plugins: a manifest, a golden run, an about page and a little code each."""

from ._catalog import GROUP, Catalog, build_catalog, installed, load, make_domain, plugin_folders
from ._check import GOLDEN, CatalogReport, Problem, check_catalog, check_plugin, run_golden
from ._choose import Choice, choose
from ._manifest import Manifest, Slot, read_manifest
from ._params import full_params
from ._scaffold import KINDS, new_plugin

__all__ = [
    "GOLDEN",
    "GROUP",
    "KINDS",
    "Catalog",
    "CatalogReport",
    "Choice",
    "Manifest",
    "Problem",
    "Slot",
    "build_catalog",
    "check_catalog",
    "check_plugin",
    "choose",
    "full_params",
    "installed",
    "load",
    "make_domain",
    "new_plugin",
    "plugin_folders",
    "read_manifest",
    "run_golden",
]
