"""Pipes between parties of one process pass the suite that the fake passes."""

from itertools import combinations
from multiprocessing import Pipe

import pytest

from industriverse.adapters.messenger_pipes import PipeMessenger
from tests.contracts.messenger import MessengerContract


class TestPipeMessenger(MessengerContract):
    @pytest.fixture
    def ends(self):
        lines = [{}, {}, {}]
        for one, other in combinations(range(3), 2):
            lines[one][other], lines[other][one] = Pipe()
        ends = [PipeMessenger(mine) for mine in lines]
        yield ends
        for end in ends:
            end.close()
