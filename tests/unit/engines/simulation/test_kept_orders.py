"""The order that each solver states for what it does not keep to rounding, measured."""

import importlib

import jax.numpy as jnp
import numpy as np
import pytest

from industriverse.engines.simulation.gas import Gas, HeavyGas, conserved, stirred
from industriverse.engines.simulation.particles import Fluid, LennardJones, Sheet
from industriverse.engines.simulation.rollout import steps_between
from industriverse.kernel.plugins import installed, load
from industriverse.kernel.solvers import drift, full_params, is_solver, solver_card

ENGINES = "industriverse.engines.simulation"
PLUGINS = {
    "active-matter": ("patterns._active_fluid", {"cells": 32, "frames": 6, "length": 2.5e-4}),
    "phi-four": ("lattice._phi_four", {"cells": 32, "frames": 11}),
    "shallow-water": ("fluids._shallow_water", {"cells": 32, "frames": 6}),
    "swing-equation": ("network._swing", {"cells": 16, "frames": 11}),
    "lorenz": ("motions._march", {"frames": 21, "frame_s": 0.1}),
    "driven-pendulum": ("motions._march", {"frames": 41, "frame_s": 0.5}),
}
"""Module in which the plugin's steps are chosen, and a small run."""
BY_ENGINE = {"lennard-jones", "self-gravity"}


def stated(name):
    """Return the one drifting series of a solver and its stated order."""
    ((series, order),) = solver_card(installed().get(name)).order.items()
    return series, order


def orders(drifts):
    return np.log2(np.array(drifts[:-1]) / drifts[1:])


def test_every_stated_order_is_measured():
    drifting = {
        m.id for m in installed().of_kind("solver") if is_solver(m) and solver_card(m).order
    }
    assert drifting == {*PLUGINS, *BY_ENGINE}


@pytest.mark.parametrize("name", PLUGINS)
def test_the_drift_shrinks_with_the_step_as_stated(name, monkeypatch):
    module, params = PLUGINS[name]
    manifest, (series, order) = installed().get(name), stated(name)
    drifts = []
    for finer in (1, 2, 4):

        def chosen(frame_s, largest_step, finer=finer):
            count, step_s = steps_between(frame_s, largest_step)
            return count * finer, step_s / finer

        monkeypatch.setattr(importlib.import_module(f"{ENGINES}.{module}"), "steps_between", chosen)
        run = load(manifest)
        outputs = run({}, full_params(manifest, params))  # pyright: ignore[reportCallIssue]
        drifts.append(drift(outputs[series], manifest.outputs[series].unit))
    np.testing.assert_allclose(orders(drifts), order, atol=0.25)


def test_atoms_lose_energy_as_the_square_of_the_step():
    def sheet(step):
        return Sheet(Fluid(LennardJones(), (10.0, 10.0), room=40), step)

    start = sheet(0.002).settled(0.6, 0.8, 0)
    drifts = [
        drift(np.asarray(sheet(step).watched(start, 6, 0.2, 16)["energy"]))
        for step in (0.004, 0.002, 0.001)
    ]
    np.testing.assert_allclose(orders(drifts), stated("lennard-jones")[1], atol=0.25)


def falling(cells, share):
    """Return the energy's drift of the default cloud, on fewer cells, in finer steps."""
    sound, gamma = 1 / (2 * np.pi * 3), 5 / 3
    density = stirred(cells, 0.05, 0)
    start = [density, 0 * density, 0 * density, sound**2 / gamma * density**gamma]
    gas = HeavyGas(Gas(gamma, 1 / cells), 1 / (4 * np.pi), share)
    path = gas.solve(conserved(jnp.asarray(np.stack(start)), gamma), 41, 0.26)
    return drift(np.asarray(gas.budget(path).energy))


def test_finer_cells_and_not_finer_steps_keep_the_energy_of_clumps():
    assert stated("self-gravity") == ("energy", 0)
    coarse = [falling(24, share) for share in (1.0, 0.5, 0.25)]
    assert min(coarse) > max(coarse) / 2 > 1e-3
    assert falling(48, 1.0) < 1e-3 * min(coarse)
