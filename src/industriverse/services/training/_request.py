"""What a training is asked for, and the plan and settings that follow from it."""

from dataclasses import dataclass

from industriverse.engines.forecast.network import (
    Channel,
    Plan,
    Recording,
    Settings,
    Vector,
    measured,
)
from industriverse.kernel.forecast_recipe import ForecastRecipe

from ._sets import CELLS_A_SIDE, ForecastSet

NOISE, RATE, AVERAGE = 0.05, 5e-3, 0.99
BATCH, LEADS_TRAINED = 2, 2


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What to train, and how long.

    Attributes:
        steps: Updates in all.
        minutes: After so long training stops and keeps its state; None for never.
        seed: Of first weights, windows and noise.
        cells: Cells a side of the training grid.
        runs: Trajectories of the parts `train`, `validation` and `test`.
        width: Features a cell of the network.
        dilations: Cells between the taps of its blocks; 0 for those that see the whole grid.
        every: Steps between records, at which the state is kept.
        resume: Whether to go on from the state that is kept.
        shuffled: Whether truths are swapped between windows, so that nothing can be learned; a
            check of the training itself.
        command: What was typed, for the card.
    """

    steps: int = 1500
    minutes: float | None = None
    seed: int = 0
    cells: int = CELLS_A_SIDE
    runs: tuple[int, int, int] = (24, 6, 12)
    width: int = 32
    dilations: tuple[int, ...] = (0, 0, 0, 0)
    every: int = 50
    resume: bool = False
    shuffled: bool = False
    command: str = ""


def network_plan(chosen: ForecastSet, seen: Recording, request: TrainRequest) -> Plan:
    """Return the plan of a domain's network, its sizes measured on the training part."""
    recipe = chosen.recipe
    return Plan(
        measured(
            tuple(_channel(recipe, name) for name in recipe.fields), seen.values, seen.scene.spacing
        ),
        (chosen.domain,),
        tuple(Vector(x, y, (x, y) in recipe.divergence_free) for x, y in recipe.vectors),
        width=request.width,
        dilations=request.dilations,
        interval_s=seen.scene.interval_s,
        spacing=seen.scene.spacing[1],
    )


def _channel(recipe: ForecastRecipe, name: str) -> Channel:
    return Channel(
        name,
        conserved=name in recipe.conserved,
        positive=name in recipe.positive,
        pseudo=name in recipe.pseudo,
        known=name in recipe.known,
    )


def settings_of(request: TrainRequest) -> Settings:
    """Return how a request trains; the same for the rivals."""
    return Settings(
        request.steps, RATE, warmup=min(50, request.steps // 4), average=AVERAGE, noise=NOISE
    )
