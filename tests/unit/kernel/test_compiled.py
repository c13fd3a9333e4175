import threading
import time

import numpy as np

from industriverse.kernel.compiled import compiled


@compiled
def total(values: np.ndarray, times: int) -> float:
    found = 0.0
    for _ in range(times):
        for value in values:
            found = found * 0.5 + value
    return found


def test_a_long_loop_lets_other_threads_work():
    values = np.ones(1000)
    assert total(values, 100) == 2.0
    working = threading.Thread(target=total, args=(values, 400_000))
    began = last = time.perf_counter()
    working.start()
    longest = 0.0
    while working.is_alive():
        time.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    assert longest < (last - began) / 2
