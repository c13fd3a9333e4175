"""A simulated pump, heat exchanger and electric feeder, with its truth beside its readings."""

from ._channels import CHANNELS, PlantChannel
from ._equipment import DESIGN, Design
from ._plant import Plant, Readings
from ._scenario import EPISODES, Episode, episode_at
from ._state import Books, PlantState
from ._truth import Truth, window_label

__all__ = [
    "CHANNELS",
    "DESIGN",
    "EPISODES",
    "Books",
    "Design",
    "Episode",
    "Plant",
    "PlantChannel",
    "PlantState",
    "Readings",
    "Truth",
    "episode_at",
    "window_label",
]
