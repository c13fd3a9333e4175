"""Forecasters for replicas: right ones, and some that crash, hang, lie or fail."""

import os
import time

import numpy as np


def drifting(by: float = 0.0):
    """Repeat the last frame, and drift away from it by so much a lead."""

    def work(request):
        leads = np.arange(1, request.leads + 1).reshape(-1, *[1] * (request.history.ndim - 1))
        return request.history[-1] + by * leads

    return work


def after(calls: int, then: str, by: float = 0.0, seconds: float = 0.0):
    """Work well for so many calls, then misbehave as named."""
    well, count = drifting(by), 0

    def work(request):
        nonlocal count
        count += 1
        return well(request) if count <= calls else _misbehave(then, well(request), seconds)

    return work


def _misbehave(how, values, seconds):
    if how == "crash":
        os._exit(3)
    if how == "hang":
        time.sleep(seconds)
    if how == "raise":
        raise RuntimeError("no more")
    return {"lie": values * -1e6 - 5, "nan": values * np.nan, "hang": values}[how]
