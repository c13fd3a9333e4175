"""What cannot be asked is refused in a sentence."""

import numpy as np
import pytest

from industriverse.engines.forecast.laws import Law, identify
from industriverse.kernel.errors import ContractError

FRAMES = np.random.default_rng(0).normal(size=(4, 1, 16, 16))


def gap(frames):
    frames = frames.copy()
    frames[1, 0, 3, 3] = np.nan
    return frames


@pytest.mark.parametrize(
    ("frames", "spacing", "names", "said"),
    [
        (FRAMES[:1], 1.0, ["u"], "1 frames"),
        (np.tile(FRAMES, (9, 1, 1, 1)), 1.0, ["u"], "36 frames"),
        (gap(FRAMES), 1.0, ["u"], "not finite"),
        (FRAMES, (1.0, 2.0), ["u"], "no squares"),
        (FRAMES, 0.0, ["u"], "above zero"),
        (FRAMES[..., :15, :15], 1.0, ["u"], "even number"),
        (FRAMES[..., :8], 1.0, ["u"], "16 by 8"),
        (np.ones_like(FRAMES), 1.0, ["u"], "the same everywhere"),
        (np.tile(FRAMES[:1], (4, 1, 1, 1)), 1.0, ["u"], "never changes"),
        (FRAMES, 1.0, ["u", "v"], "different names"),
        (FRAMES, 1.0, ["cos x"], "something else"),
    ],
)
def test_refused(frames, spacing, names, said):
    with pytest.raises(ContractError, match=said):
        identify(frames, spacing, 1.0, names=names)


def test_a_given_field_of_another_shape_is_refused():
    with pytest.raises(ContractError, match="of the frames' shape"):
        identify(FRAMES, 1.0, 1.0, names=["u"], given={"f": np.ones((8, 8))})


def test_a_decaying_field_and_a_forecast_of_no_frames():
    at = (np.arange(16) + 0.5) * 2 * np.pi / 16
    shape = np.outer(np.sin(at), np.cos(2 * at)) + np.outer(np.cos(3 * at), np.ones(16))
    times = np.exp(-0.3 * np.arange(4))
    frames = (times[:, None, None] * shape)[:, None]
    law = identify(frames, 2 * np.pi / 16, 1.0, names=["u"])
    assert isinstance(law, Law)
    np.testing.assert_allclose(law.predict(2)[1, 0], np.exp(-0.3 * 5) * shape, atol=1e-8)
    with pytest.raises(ContractError, match="one frame"):
        law.predict(0)
