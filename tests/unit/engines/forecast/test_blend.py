"""The blend: a convex combination that follows the best member and may beat it, causally."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from industriverse.engines.forecast import blend_weights, lead_groups

LEADS = np.array([1, 2, 3])


def errors_of(sizes, rows=400, seed=0, leads=3):
    """Independent errors of given size: `(origin, member, lead, 1, 1)`."""
    draw = np.random.default_rng(seed).normal(size=(rows, len(sizes), leads, 1, 1))
    return draw * np.array(sizes)[:, None, None, None]


def blended(weights, residuals):
    return np.einsum("omlv,omlvc->olvc", weights[:-1], residuals)


@given(
    st.integers(0, 10**6),
    st.sampled_from([1.0, 0.0, 1e-200, 1e200, np.nan]),
    st.integers(1, 30),
)
def test_weights_are_convex_whatever_the_errors(seed, size, rows):
    residuals = errors_of([size, 1.0, 0.0], rows, seed)
    weights = blend_weights(residuals, LEADS, LEADS)
    assert weights.shape == (rows + 1, 3, 3, 1)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)


def test_a_bad_member_loses_its_weight():
    weights = blend_weights(errors_of([1.0, 10.0]), LEADS, LEADS)
    assert weights[-1, 1].max() < 0.02


def test_independent_members_are_combined_to_less_than_the_best():
    residuals = errors_of([1.0, 1.0, 1.0], 2000)
    blend = blended(blend_weights(residuals, LEADS, LEADS), residuals)
    assert np.abs(blend[500:]).mean() < 0.65 * np.abs(residuals[500:]).mean()


def test_it_never_falls_far_behind_the_best_member():
    for seed in range(5):
        residuals = errors_of([1.0, 1.1, 1.5, 4.0], 1500, seed)
        residuals += errors_of([1.0], 1500, seed + 100)
        blend = np.abs(blended(blend_weights(residuals, LEADS, LEADS), residuals))
        best = np.abs(residuals).mean(axis=(0, 2, 3, 4)).min()
        assert blend.mean() <= 1.01 * best


def test_it_follows_a_change_of_the_best_member():
    residuals = np.concatenate([errors_of([1.0, 3.0], 1000), errors_of([3.0, 1.0], 1000, 1)])
    weights = blend_weights(residuals, LEADS, LEADS)
    assert weights[1000, 0].min() > 0.8
    assert weights[-1, 1].min() > 0.6


def test_weights_use_nothing_that_was_not_known_yet():
    residuals = errors_of([1.0, 1.2, 0.9], 60)
    spoiled = residuals.copy()
    spoiled[40:] *= 1e3
    clean, dirty = (blend_weights(r, LEADS, LEADS) for r in (residuals, spoiled))
    # Leads 2 and 3 share weights: the outcome of origin 40 is known at origin 43 at the earliest.
    np.testing.assert_allclose(clean[:41, :, 0], dirty[:41, :, 0])
    np.testing.assert_allclose(clean[:43, :, 1:], dirty[:43, :, 1:])
    assert not np.allclose(clean[45:], dirty[45:])


def test_lead_groups_are_octaves():
    assert lead_groups(np.array([1, 2, 3, 4, 7, 8, 20])).tolist() == [0, 1, 1, 2, 2, 3, 4]


def test_many_variables_are_blended_as_each_would_be_alone():
    one = errors_of([1.0, 3.0], rows=120)
    many = np.repeat(one, 300, axis=3)
    weights = blend_weights(many, LEADS, LEADS)
    np.testing.assert_allclose(weights, weights[..., :1] * np.ones(300), atol=1e-12)
    alone = blend_weights(one, LEADS, LEADS)
    # Renewed less often, but from the same outcomes: late weights are nearly the same.
    np.testing.assert_allclose(weights[-1, ..., 0], alone[-1, ..., 0], atol=0.05)
