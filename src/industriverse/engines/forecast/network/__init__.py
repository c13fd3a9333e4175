"""The flux-form network: forecasts that cannot lose what is conserved."""

from ._adapt import extended
from ._balance import Balanced, Flows, balanced, faces
from ._loss import Objective, Terms, Window, loss, loss_terms
from ._model import FluxNet, Step
from ._plan import Channel, Plan, Scene, Vector, measured
from ._projection import without_divergence
from ._recordings import Batches, Recording, Symmetry
from ._rollout import Given, Path, corrected, rollout, unrolled
from ._scores import gaussian_crps, map_entropy, vrmse
from ._sums import settled, total
from ._train import (
    Record,
    Settings,
    Skill,
    Watch,
    averaged,
    held_out_loss,
    noisy,
    optimiser_of,
    skill,
    train,
)
from ._weights import bundle, filled, halved, pack, tensors_of, unbundled, unpack

__all__ = [
    "Balanced",
    "Batches",
    "Channel",
    "Flows",
    "FluxNet",
    "Given",
    "Objective",
    "Path",
    "Plan",
    "Record",
    "Recording",
    "Scene",
    "Settings",
    "Skill",
    "Step",
    "Symmetry",
    "Terms",
    "Vector",
    "Watch",
    "Window",
    "averaged",
    "balanced",
    "bundle",
    "corrected",
    "extended",
    "faces",
    "filled",
    "gaussian_crps",
    "halved",
    "held_out_loss",
    "loss",
    "loss_terms",
    "map_entropy",
    "measured",
    "noisy",
    "optimiser_of",
    "pack",
    "rollout",
    "settled",
    "skill",
    "tensors_of",
    "total",
    "train",
    "unbundled",
    "unpack",
    "unrolled",
    "vrmse",
    "without_divergence",
]
