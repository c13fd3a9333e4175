import pytest

from tests.unit.engines.agents import world


@pytest.fixture(scope="session")
def yardstick():
    """Thresholds from sixty honest forecasts of diffusion."""
    return world.yardstick()
