"""The flux-form network: past frames in, mean and variance of the next one out."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from industriverse.kernel.errors import ContractError

from ._balance import Flows, balanced, faces, turned
from ._layers import Block, Convolution, Mixing, drawn, levelled
from ._plan import SMALLEST_GRID, Plan, Scene, check_scene
from ._projection import without_divergence
from ._sums import settled

_EMBEDDING = 16
_SCALES = 3
_LARGEST_LOG = 14.0
_FIRST_OUTPUT = 0.1

History = Float[Array, "frame channel y x"]
State = Float[Array, "channel y x"]


class Step(NamedTuple):
    """One forecast frame.

    Attributes:
        mean: `(channel, y, x)`, in the channels' units and the precision of the input.
        variance: `(channel, y, x)`, above zero, of the error of this step alone.
        inflow: `(channel,)`. What the sum over cells of a channel in flux form has changed by:
            the declared exchange where there is one, else the network's own estimate; 0 for
            other channels.
        limited: `(channel,)`. Share of cells in which the donor limiter acted.
        contradictory: Whether more is to be taken from a channel than it holds; the values then
            mean nothing.
    """

    mean: State
    variance: State
    inflow: Float[Array, "channel"]
    limited: Float[Array, "channel"]
    contradictory: Bool[Array, ""]


class FluxNet(eqx.Module):
    r"""A network whose conserved channels change by face fluxes and a source alone.

    Two encoders, of the values and of their gradients, are fused; residual blocks look around, by
    dilated kernels or by the longest waves of the grid. Each block is conditioned on the domain,
    on the frame interval and cell spacing in units of the plan's, and on the mean size of the
    fused features, which tells the regime. All of it commutes with shifts of a periodic grid, and
    fits any grid of at least 16 cells a side; the longest waves are those of the box, so they are
    learned for boxes of one size. The weights compute in single precision; the balance, in that of
    the input.

    Attributes:
        values: Encoder of the frames, as the last one, its changes so far, and the base's change.
        slopes: Encoder of the gradients of the frames.
        fusion: Of both encoders.
        embedding: `(domain, 16)`.
        context: Two mixings: from embedding, scales and global features to the condition.
        blocks: One for each dilation.
        head: To fluxes, changes and log-variances.
        plan: What it was built for.
    """

    values: Convolution
    slopes: Convolution
    fusion: Mixing
    embedding: Float[Array, "domain 16"]
    context: tuple[Mixing, Mixing]
    blocks: tuple[Block, ...]
    head: Convolution
    plan: Plan = eqx.field(static=True)

    @classmethod
    def untrained(cls, plan: Plan, seed: int) -> "FluxNet":
        """Return random weights, from which training starts; they forecast nothing."""
        channels, width, size = len(plan.channels), plan.width, plan.conditions
        random = np.random.default_rng(seed)
        half = width // 2
        outputs = 4 * len(plan.flux_channels) + 2 * channels
        known = _EMBEDDING + _SCALES + width
        return cls(
            values=Convolution.fresh(((plan.frames + 1) * channels, half), 1, 1.0, random),
            slopes=Convolution.fresh((2 * plan.frames * channels, half), 1, 1.0, random),
            fusion=Mixing.fresh((width, width), 1.0, random),
            embedding=drawn((len(plan.domains), _EMBEDDING), 1.0, random),
            context=(
                Mixing.fresh((known, size), 1.0, random),
                Mixing.fresh((size, size), 1.0, random),
            ),
            blocks=tuple(
                Block.fresh((width, size), step, plan.modes, random) for step in plan.dilations
            ),
            head=Convolution.fresh((width, outputs), 1, _FIRST_OUTPUT, random),
            plan=plan,
        )

    def __call__(
        self,
        history: History,
        scene: Scene,
        base: State | None = None,
        exchange: Float[Array, "channel"] | None = None,
    ) -> Step:
        """Forecast the next frame.

        Args:
            history: `(frame, channel, y, x)`, oldest first, in the channels' units.
            scene: Domain, scales and ends.
            base: `(channel, y, x)`. Another forecast of the same frame, such as that of an
                identified law, which the network corrects; the last frame when None. Its change
                of a conserved sum is levelled away.
            exchange: `(channel,)`. Declared change of each sum over cells in this step, that is
                the exchange divided by the cell's volume; zero when None. Only in a sealed scene.

        Raises:
            ContractError: Frames, channels, grid or scene are not those of the plan; an exchange
                is declared where it is free.
        """
        _check(self.plan, history, scene, exchange)
        last = history[-1]
        base = last if base is None else base
        features, condition = self.encoded(history, base, scene)
        for block in self.blocks:
            features = block(features, condition, scene.boundary)
        outputs = jnp.moveaxis(self.head(levelled(features), scene.boundary), -1, 0)
        return _decoded(self.plan, outputs, (last, base), scene, exchange)

    def encoded(
        self, history: History, base: State, scene: Scene
    ) -> tuple[Float[Array, "y x feature"], Float[Array, "condition"]]:
        """Return the fused features of each cell, and what conditions the blocks.

        The condition is also where a state lies among those that were seen in training.
        """
        plan = self.plan
        values = self.values(_last(_values(plan, history, base)), scene.boundary)
        slopes = self.slopes(_last(_slopes(plan, history, scene)), scene.boundary)
        joined = jax.nn.gelu(jnp.concatenate([values, slopes], axis=-1))
        fused = self.fusion(joined)
        size = jnp.sqrt(jnp.mean(fused**2, axis=(0, 1)) + 1e-6)
        known = jnp.concatenate(
            [self.embedding[plan.domains.index(scene.domain)], _scales(plan, scene), size]
        )
        first, second = self.context
        return fused, jax.nn.gelu(second(jax.nn.gelu(first(known))))


def _check(
    plan: Plan, history: History, scene: Scene, exchange: Float[Array, "channel"] | None
) -> None:
    check_scene(plan, scene)
    if history.shape[:2] != (plan.frames, len(plan.channels)):
        raise ContractError(
            f"The network reads {plan.frames} frames of {plan.names}, "
            f"not an array of shape {history.shape}."
        )
    if min(history.shape[2:]) < SMALLEST_GRID:
        raise ContractError(
            f"A grid of {history.shape[2:]} cells is too small; {SMALLEST_GRID} a side are needed."
        )
    if exchange is not None and not scene.sealed:
        raise ContractError(
            "An exchange is declared for an open scene, whose exchange is learned.",
            hint="Compare the reported inflow with it instead.",
        )


def _last(channels: Float[Array, "feature y x"]) -> Float[Array, "y x feature"]:
    return jnp.moveaxis(channels.astype(jnp.float32), 0, -1)


def _values(plan: Plan, history: History, base: State) -> Float[Array, "feature y x"]:
    """Return the last frame, the changes between frames and the base's, each in its own size."""
    last = (history[-1] - plan.column("mean")) / plan.column("spread")
    changes = jnp.concatenate([jnp.diff(history, axis=0), (base - history[-1])[None]])
    changes = changes / plan.column("change")[None]
    return jnp.concatenate([last, jnp.reshape(changes, (-1, *last.shape[1:]))])


def _slopes(plan: Plan, history: History, scene: Scene) -> Float[Array, "feature y x"]:
    """Return the central differences of every frame along y and x, in the size of their slopes."""
    flat = jnp.reshape(history / plan.column("slope")[None], (-1, *history.shape[2:]))
    along = [
        _difference(flat, axis, end == "periodic") / step
        for axis, end, step in zip((1, 2), scene.boundary, scene.spacing, strict=True)
    ]
    return jnp.concatenate(along)


def _difference(
    values: Float[Array, "feature y x"], axis: int, periodic: bool
) -> Float[Array, "feature y x"]:
    widths = [(0, 0)] * 3
    widths[axis] = (1, 1)
    wide = jnp.pad(values, widths, mode="wrap" if periodic else "edge")
    cells = values.shape[axis]
    after = jax.lax.slice_in_dim(wide, 2, cells + 2, axis=axis)
    return (after - jax.lax.slice_in_dim(wide, 0, cells, axis=axis)) / 2


def _scales(plan: Plan, scene: Scene) -> Float[Array, "3"]:
    interval = scene.interval_s / plan.interval_s
    cells = [step / plan.spacing for step in scene.spacing]
    return jnp.asarray(np.log([interval, *cells]), jnp.float32)


def _decoded(
    plan: Plan,
    outputs: Float[Array, "output y x"],
    given: tuple[State, State],
    scene: Scene,
    exchange: Float[Array, "channel"] | None,
) -> Step:
    """Turn the head's outputs into the next frame."""
    last, base = given
    channels, kept = len(plan.channels), plan.flux_channels
    change = jnp.asarray(plan.column("change"))
    crossing, change_out, log_out = jnp.split(outputs, [4 * len(kept), 4 * len(kept) + channels])
    made = (change * change_out).astype(last.dtype) + (base - last)
    variance = change**2 * jnp.exp(_LARGEST_LOG * jnp.tanh(log_out / _LARGEST_LOG))
    mean = jnp.where(_at_least_zero(plan), jnp.maximum(last + made, 0), last + made)
    inflow, limited = jnp.zeros(channels, last.dtype), jnp.zeros(channels, last.dtype)
    contradictory = jnp.zeros((), bool)
    if kept:
        chosen = np.array(kept)
        scaled = jnp.reshape(crossing, (4, len(kept), *last.shape[1:])) * change[chosen][None]
        sides = scaled.astype(last.dtype)
        flows = Flows(
            faces(sides[0], sides[1], scene.boundary[0]),
            turned(faces(turned(sides[2]), turned(sides[3]), scene.boundary[1])),
        )
        done = balanced(
            last[chosen],
            flows,
            made[chosen],
            _declared(scene, exchange, chosen, last),
            np.array([plan.channels[i].positive for i in kept]),
            scene.boundary,
        )
        mean = mean.at[chosen].set(done.mean)
        inflow = inflow.at[chosen].set(done.inflow)
        limited = limited.at[chosen].set(done.limited)
        contradictory = done.contradictory.any()
    mean = jnp.where(_known(plan), last, _projected(plan, mean, last, inflow, scene))
    return Step(mean, variance.astype(last.dtype), inflow, limited, contradictory)


def _at_least_zero(plan: Plan) -> Bool[np.ndarray, "channel 1 1"]:
    return np.array([channel.positive for channel in plan.channels])[:, None, None]


def _known(plan: Plan) -> Bool[np.ndarray, "channel 1 1"]:
    return np.array([channel.known for channel in plan.channels])[:, None, None]


def _declared(
    scene: Scene, exchange: Float[Array, "channel"] | None, chosen: np.ndarray, last: State
) -> Float[Array, "flux_channel"] | None:
    if not scene.sealed:
        return None
    whole = jnp.zeros(len(last), last.dtype) if exchange is None else exchange.astype(last.dtype)
    return whole[chosen]


def _projected(
    plan: Plan, mean: State, last: State, inflow: Float[Array, "channel"], scene: Scene
) -> State:
    """Take the divergence out of the vectors that have none, and keep their sums."""
    for vector, (x, y) in zip(plan.vectors, plan.components(), strict=True):
        if not vector.divergence_free:
            continue
        parts = np.array([x, y])
        free = jnp.stack(without_divergence(mean[x], mean[y], scene.spacing))
        if scene.sealed and all(plan.channels[i].in_flux_form for i in (x, y)):
            added = jnp.abs(free).sum((1, 2))
            free = settled(free, last[parts], inflow[parts], added)
        mean = mean.at[parts].set(free)
    return mean
