"""One suite for every plugin, and proof that it can fail."""

import json
import shutil

import pytest

from industriverse.kernel.errors import ConflictError, ContractError, NotFoundError
from industriverse.kernel.plugins import (
    KINDS,
    build_catalog,
    check_catalog,
    check_plugin,
    choose,
    installed,
    load,
    new_plugin,
    plugin_folders,
    read_manifest,
)

PLUGINS = sorted(installed().plugins)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugin_has_nothing_wrong(plugin):
    assert [str(problem) for problem in check_plugin(installed().get(plugin))] == []


@pytest.mark.parametrize("plugin", PLUGINS)
def test_an_entry_can_be_imported(plugin):
    assert callable(load(installed().get(plugin)))


def test_the_suite_sees_the_domains():
    assert {"atmosphere", "field", "fluid", "heat", "signal"} <= set(PLUGINS)
    assert {a.law.domain for a in installed().domains()} <= set(PLUGINS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["steam-network", "steam_network"])
def test_a_new_plugin_passes_its_own_check_as_a_draft(kind, name, tmp_path):
    manifest = read_manifest(new_plugin(kind, name, tmp_path))
    assert (manifest.id, manifest.kind, manifest.status) == ("steam-network", kind, "draft")
    assert check_plugin(manifest) == ()


def test_a_new_plugin_never_overwrites(tmp_path):
    new_plugin("domain", "mine", tmp_path)
    with pytest.raises(ConflictError):
        new_plugin("domain", "mine", tmp_path)


@pytest.mark.parametrize(
    ("kind", "name"), [("engine", "x"), ("domain", "Wrong Name"), ("domain", "../x")]
)
def test_a_new_plugin_needs_a_kind_and_an_id(kind, name, tmp_path):
    with pytest.raises(ContractError):
        new_plugin(kind, name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def _without_about(home):
    (home / "about.md").unlink()


def _without_heading(home):
    text = (home / "about.md").read_text("utf-8")
    (home / "about.md").write_text(text.replace("## Limits", "## Boundaries"), "utf-8")


def _other_golden(home):
    golden = json.loads((home / "golden.json").read_text("utf-8"))
    golden["outputs"]["energy"][0][0] += 1e-3
    (home / "golden.json").write_text(json.dumps(golden), "utf-8")


def _empty_golden(home):
    (home / "golden.json").write_text('{"trajectory": {}, "outputs": {}}', "utf-8")


def _undeclared_import(home):
    code = home / "mine.py"
    line = "from industriverse.engines.signals import analyse\n"
    code.write_text(code.read_text("utf-8").replace("from dataclasses", line + "from dataclasses"))


def _idle_need(home):
    _replace(home, "needs = []", 'needs = ["signals"]')


def _bad_unit(home):
    _replace(home, 'unit = "1", dims = ["time", "space"], names', 'unit = "??", dims = [], names')


def _replace(home, old, new):
    path = home / "manifest.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (_without_about, "about.md is missing"),
        (_without_heading, "## Limits"),
        (_other_golden, "energy differs"),
        (_empty_golden, "golden.json"),
        (_undeclared_import, "engines.signals"),
        (_idle_need, "no code imports"),
        (_bad_unit, "is no unit"),
    ],
)
def test_the_check_names_what_is_wrong(spoil, word, tmp_path):
    home = new_plugin("domain", "mine", tmp_path)
    spoil(home)
    assert any(word in problem.sentence for problem in check_plugin(read_manifest(home)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "mine"', 'id = "Mine!"'),
        ('status = "draft"', 'status = "perfect"'),
        ("needs = []", 'needs = "signals"'),
        ('entry = "mine:Domain"', 'entry = "mine"'),
        ("needs = []", 'needs = []\nextra = "x"'),
        ('title = "Mine"', ""),
        ('id = "mine"', "id = "),
    ],
)
def test_a_broken_manifest_is_refused(old, new, tmp_path):
    home = new_plugin("domain", "mine", tmp_path)
    _replace(home, old, new)
    with pytest.raises(ContractError, match=r"manifest\.toml"):
        read_manifest(home)


def test_two_plugins_of_one_id_are_an_error(tmp_path):
    home = new_plugin("domain", "mine", tmp_path)
    shutil.copytree(home, home.parent / "other")
    with pytest.raises(ContractError, match="Two plugins are called 'mine'"):
        build_catalog(plugin_folders(tmp_path, ""))


def test_an_empty_catalogue_is_no_success(tmp_path):
    with pytest.raises(ContractError):
        check_catalog(build_catalog(plugin_folders(tmp_path, "")))


def test_an_unknown_plugin_is_not_found():
    with pytest.raises(NotFoundError):
        installed().get("phlogiston")
    with pytest.raises(NotFoundError):
        installed().domain("demo-plant")


def test_manifests_are_read_without_importing_code(tmp_path):
    home = new_plugin("domain", "mine", tmp_path)
    (home / "mine.py").write_text("raise RuntimeError('imported')\n", "utf-8")
    assert read_manifest(home).id == "mine"


def test_choose_is_exported():
    assert callable(choose)
