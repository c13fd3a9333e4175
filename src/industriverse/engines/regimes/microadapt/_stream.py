"""MicroAdapt: one stream followed by a population of small dynamical model units.

After Matsubara and Sakurai, "MicroAdapt: Self-Evolutionary Dynamic Modeling Algorithms for
Time-evolving Data Streams", KDD 2025; what is ours and not theirs is said where it stands.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError

from ._assignment import Assignment, RegimeAssignment, RegimeTransition
from ._config import CHUNK, Config
from ._cycle import Cycle, Periods, find_periods
from ._experts import EVERY, Experts
from ._population import STEP, Population
from ._record import Record
from ._state import collect, restore

Block = Float[np.ndarray, "time channel"]

_WEIGH = 128
_FEW = 8
_FIT = 1024
_FIRST_FIT = 256
_GROWN = 8
_LOOK = 4
_RESCALE = 2.0
_PARTS = ("record", "cycle", "population", "assignment", "experts")


class MicroAdapt:
    """Regime, probabilities and forecasts of one stream, in bounded memory.

    The window is split additively: a typical cycle, and a remainder that is read in blocks, the
    further back the coarser. Units that see these levels are fitted incrementally; units of the
    population are estimated from single windows, remembered, and recognised when their regime
    returns. A forecast weighs all of them by the errors of their earlier forecasts that came due.
    The work per sample does not depend on how long the stream is.

    Examples:
        >>> wave = np.sin(0.2 * np.arange(600.0))[:, None]
        >>> stream = MicroAdapt(1)
        >>> stream.update(wave)
        >>> mean, deviation = stream.forecast(3)
        >>> bool(np.abs(mean[:, 0] - np.sin(0.2 * np.arange(600, 603))).max() < 1e-3)
        True
    """

    def __init__(self, channels: int, *, config: Config | None = None) -> None:
        """Begin a stream.

        Raises:
            ContractError: There is no channel.
        """
        if channels < 1:
            raise ContractError(f"A stream needs a channel; {channels} were asked for.")
        self._config = config or Config()
        self._channels = channels
        self._record = Record.of(self._config.history, channels)
        self._cycle = Cycle.of((0, 0), channels)
        self._population = Population.of(self._config, channels)
        self._assignment = Assignment.of(self._config.regimes)
        self._experts = Experts.of(self._config, channels, 0, waves=0)
        self._transitions: tuple[RegimeTransition, ...] = ()

    @property
    def samples(self) -> int:
        """How many there were so far."""
        return self._record.total

    @property
    def transitions(self) -> tuple[RegimeTransition, ...]:
        """The changes of regime that the last update found."""
        return self._transitions

    @property
    def regime(self) -> RegimeAssignment:
        """The regime now, with the probabilities of all that are known."""
        known = self._assignment.regimes >= 0
        numbers, p = self._assignment.regimes[known], self._assignment.p[known]
        share = self._population.share
        best = np.argsort(-share, kind="stable")[: self._config.top_k]
        best = best[share[best] > 0]
        current = self._assignment.current
        confidence = float(p[numbers == current].sum())
        return RegimeAssignment(
            current, numbers, p, best, self._population.fitness[best], confidence
        )

    def update(self, block: Block) -> None:
        """Follow the stream; how it is cut into blocks makes no difference.

        Args:
            block: `(time, channel)`. NaN is missing: the last reading stands for it.

        Raises:
            ContractError: Another number of channels, an infinite reading, or a channel whose
                first block has no reading.
        """
        rows = self._filled(np.asarray(block, float))
        self._transitions = ()
        place = 0
        while place < len(rows):
            stop = place + EVERY - self._record.total % EVERY
            self._follow(rows[place:stop])
            self._settle()
            place = stop

    def forecast(
        self, steps: int
    ) -> tuple[Float[np.ndarray, "lead channel"], Float[np.ndarray, "lead channel"]]:
        """Return `(lead, channel)`: the mean, and how far off such forecasts were (RMS).

        Args:
            steps: Leads, 1 or more. Beyond the configured horizon the roll-out goes on and the
                deviation stays.

        Raises:
            ContractError: No lead, or no sample yet.
        """
        record = self._record
        if steps < 1 or record.total == 0:
            raise ContractError(
                f"{steps} steps were asked for after {record.total} samples; both must be 1 or "
                "more."
            )
        if record.total < CHUNK:
            part = record.rows[: record.used]
            return np.repeat(part[-1:], steps, 0), np.repeat(part.std(axis=0)[None], steps, 0)
        members = self._experts.ask(record, self._cycle, self._population, steps)
        blend = self._experts.blend
        mean = blend.mix(members, self._config.horizon)
        lead = np.minimum(np.arange(steps), self._config.horizon - 1)
        spread = np.sqrt(blend.squares[lead]) if blend.count > 0 else np.ones_like(mean)
        return mean * record.scale + record.centre, spread * record.scale

    def state(self) -> dict[str, np.ndarray]:
        """Return all that the stream knows, as arrays by name."""
        parts = {f"{name}": getattr(self, f"_{name}") for name in _PARTS}
        return {k: v for name, part in parts.items() for k, v in collect(part, name).items()}

    @classmethod
    def restore(
        cls, channels: int, state: Mapping[str, np.ndarray], *, config: Config | None = None
    ) -> "MicroAdapt":
        """Return the stream of a state.

        Raises:
            ContractError: The state is of other channels or another configuration.
        """
        stream = cls(channels, config=config)
        short, long = (len(state.get(f"cycle.{name}", ())) for name in ("short", "long"))
        stream._cycle = Cycle.of((short, long), channels)
        stream._experts = Experts.of(stream._config, channels, 0, waves=stream._cycle.turns)
        for name in _PARTS:
            restore(getattr(stream, f"_{name}"), name, state)
        return stream

    def _filled(self, block: Block) -> Block:
        """Return the block without gaps."""
        if block.ndim != 2 or block.shape[1] != self._channels:  # noqa: PLR2004
            raise ContractError(
                f"A block has shape {block.shape}, the stream {self._channels} channels.",
                hint="Give (time, channel).",
            )
        if np.isinf(block).any():
            row, channel = np.argwhere(np.isinf(block))[0].tolist()
            raise ContractError(f"Row {row} of channel {channel} is infinite.")
        missing = np.isnan(block)
        if not missing.any() or not len(block):
            return block
        record = self._record
        empty = np.flatnonzero(missing.all(axis=0))
        if record.total == 0 and len(empty):
            raise ContractError(
                f"Channel {int(empty[0])} has no reading in the first block.",
                hint="Leave the channel out, or begin with a block in which it reads.",
            )
        start = (
            record.rows[record.used - 1]
            if record.total
            else block[(~missing).argmax(axis=0), np.arange(self._channels)]
        )
        rows = np.where(missing, -1, np.arange(len(block))[:, None])
        np.maximum.accumulate(rows, axis=0, out=rows)
        held = np.take_along_axis(block, np.maximum(rows, 0), axis=0)
        return np.where(rows < 0, start, held)

    def _follow(self, rows: Block, *, regimes: bool = True) -> None:
        """Take in rows up to the next multiple of `EVERY`, and learn when it is time."""
        record, experts = self._record, self._experts
        record.append(rows, self._cycle)
        total = record.total
        if total % EVERY or total < 2 * CHUNK:
            return
        if total % STEP == 0 and regimes:
            self._judge()
        if total % CHUNK == 0:
            experts.learn(record, self._cycle)
        since = total - max(experts.fitted, record.first)
        if total % CHUNK == 0 and since >= max(min(total // _GROWN, _FIT), _FIRST_FIT):
            experts.fit(float(np.exp(-since / self._config.memory)))
            experts.fitted = total
        if total % _WEIGH == 0 or experts.blend.count <= _FEW:
            experts.blend.weigh(experts.trusted)
        experts.keep(record, self._cycle, self._population)

    def _judge(self) -> None:
        population, total = self._population, self._record.total
        population.judge(self._record.newest(self._config.window + 2 * STEP))
        moved = self._assignment.current
        growth = self._config.growth * STEP
        if self._assignment.grow(population.regime, population.share, growth):
            after = self._assignment.current
            confidence = float(self._assignment.p.max())
            self._transitions += (RegimeTransition(moved, after, total - 1, confidence),)

    def _settle(self) -> None:
        """At doubling lengths, then once a history: look for the scale and the cycle."""
        record, history = self._record, self._config.history
        total = record.total
        young = total <= history
        if total % CHUNK or (total & (total - 1) if young else total % (_LOOK * history)):
            return
        kept = record.rows[max(record.used - history, 0) : record.used].copy()
        rescaled = young and self._rescale(kept)
        standard = (kept - record.centre) / record.scale
        periods = find_periods(standard, self._cycle.periods)
        if rescaled or periods != self._cycle.periods:
            self._begin_again(kept, periods, regimes=rescaled)

    def _rescale(self, kept: Block) -> bool:
        """Standardise by what is kept, if the stream has outgrown the present scale."""
        record = self._record
        centre, scale = kept.mean(axis=0), kept.std(axis=0)
        scale = np.where(scale > 0, scale, 1.0)
        ratio = scale / record.scale
        moved = np.abs(centre - record.centre) > record.scale
        if not (moved | (ratio > _RESCALE) | (ratio < 1 / _RESCALE)).any():
            return False
        record.centre, record.scale = centre, scale
        return True

    def _begin_again(self, kept: Block, periods: Periods, *, regimes: bool) -> None:
        """Follow the kept rows once more, with another cycle or scale."""
        record, transitions = self._record, self._transitions
        record.total -= len(kept)
        record.used = 0
        self._cycle = Cycle.of(periods, self._channels)
        self._experts = Experts.of(
            self._config, self._channels, record.total, waves=self._cycle.turns
        )
        if regimes:
            self._population = Population.of(self._config, self._channels)
            self._assignment = Assignment.of(self._config.regimes)
        for place in range(0, len(kept), EVERY):
            self._follow(kept[place : place + EVERY], regimes=regimes)
        self._transitions = transitions
