import pytest

from tests.contracts.messenger import MessengerContract
from tests.fakes.messenger import connected


class TestMemoryMessenger(MessengerContract):
    @pytest.fixture
    def ends(self):
        return connected(3)
