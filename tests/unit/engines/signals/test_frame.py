"""The frame is Parseval: energy kept, signal given back, at any length and channel count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.signals import (
    _frame,
    analyse,
    segment_length,
    squared_moduli,
    synthesise,
)
from industriverse.kernel.errors import ContractError


@given(st.integers(1, 700), st.integers(1, 4), st.integers(2, 40), st.integers(0, 2**31))
def test_energy_is_kept_and_the_signal_comes_back(samples, channels, half, seed):
    values = np.random.default_rng(seed).normal(3.0, 1.0, size=(samples, channels))
    length = 2 * half
    coefficients = analyse(values, length)
    energy = squared_moduli(coefficients, length).sum()
    assert energy == pytest.approx((values**2).sum(), rel=1e-12)
    np.testing.assert_allclose(synthesise(coefficients, samples), values, atol=1e-12)


def test_the_frame_is_tight_as_an_operator():
    samples, length = 37, 8
    impulses = np.eye(samples)
    coefficients = analyse(impulses, length)  # one channel an impulse
    twins = np.full((length // 2 + 1, 1, 1), 2.0)
    twins[0] = twins[-1] = 1.0
    flat = (np.sqrt(twins) * coefficients).reshape(-1, samples)
    frame_operator = np.real(flat.conj().T @ flat)
    np.testing.assert_allclose(frame_operator, np.eye(samples), atol=1e-13)


def test_inner_products_are_kept_as_well():
    x, y = np.random.default_rng(1).normal(size=(2, 100, 1))
    twins = np.full((9, 1, 1), 2.0)
    twins[0] = twins[-1] = 1.0
    product = (twins * analyse(x, 16) * analyse(y, 16).conj()).sum().real
    assert product == pytest.approx(float((x * y).sum()), rel=1e-12)


def test_a_tone_stands_in_its_row_and_a_click_in_its_column():
    length, n = 32, np.arange(512)
    tone = np.cos(2 * np.pi * 5 / length * n)[:, None]
    energy = squared_moduli(analyse(tone, length), length)
    assert energy.sum(axis=1).argmax() == 5
    assert energy[4:7].sum() > 0.98 * energy.sum()
    click = (n == 160)[:, None].astype(float)
    energy = squared_moduli(analyse(click, length), length)
    assert energy[:, 10:12].sum() == pytest.approx(1.0, rel=1e-12)


def test_another_window_would_not_keep_the_energy(monkeypatch):
    monkeypatch.setattr(_frame, "_window", np.hanning)
    values = np.random.default_rng(2).normal(size=(100, 1))
    energy = squared_moduli(analyse(values, 16), 16).sum()
    assert abs(energy / (values**2).sum() - 1) > 1e-2


def test_segments_are_even_and_grow_with_the_square_root():
    assert [segment_length(n) for n in (1, 30, 64, 1024, 100_000)] == [4, 8, 16, 64, 512]
    for bad in (0, 2, 7):
        with pytest.raises(ContractError, match=f"segment of {bad} samples"):
            analyse(np.ones((30, 1)), bad)
