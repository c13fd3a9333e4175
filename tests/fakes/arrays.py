"""Arrays kept in memory."""

import numpy as np


class MemoryArrayCache:
    def __init__(self):
        self.kept: dict[str, dict[str, np.ndarray]] = {}

    def get(self, name):
        found = self.kept.get(name)
        return None if found is None else {key: value.copy() for key, value in found.items()}

    def put(self, name, arrays):
        self.kept[name] = {key: np.array(value) for key, value in arrays.items()}
