"""A simulated pump, heat exchanger and electric feeder, with its truth beside its readings."""

from ._channels import CHANNELS, PlantChannel
from ._equipment import DESIGN, Design
from ._plant import Plant, Readings
from ._scenario import EPISODES, Episode, episode_at
from ._state import Books, PlantState
from ._truth import Truth, window_label
from ._water import TABLE_FILE, tabulated

__all__ = [
    "CHANNELS",
    "DESIGN",
    "EPISODES",
    "TABLE_FILE",
    "Books",
    "Design",
    "Episode",
    "Plant",
    "PlantChannel",
    "PlantState",
    "Readings",
    "Truth",
    "episode_at",
    "tabulated",
    "window_label",
]
