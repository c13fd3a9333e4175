"""The solvers' own suites take ten minutes, mostly compiling: `make test-solvers` runs them.

`tests/catalog/test_solvers.py` holds every solver to what it declares in each run of the tests.
"""

import os

import pytest

_ALWAYS = {
    "test_cycles.py",
    "test_gray_scott.py",
    "test_known_regimes.py",
    "test_perturbations.py",
    "test_plant.py",
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.path.name not in _ALWAYS and os.environ.get("INDUSTRIVERSE_TEST_SOLVERS") != "1":
        pytest.skip("a solver's own suite: make test-solvers")
