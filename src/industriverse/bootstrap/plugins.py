"""The plugin catalogue as the terminal meets it: what there is, what is wrong, a new one."""

from industriverse.kernel.plugins import CatalogReport, check_catalog, installed, new_plugin

__all__ = ["CatalogReport", "check_catalog", "installed", "new_plugin"]
