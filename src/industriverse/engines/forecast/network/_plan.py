"""What a network is built for: its channels, its size, and the scene in which it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from industriverse.kernel.errors import ContractError
from industriverse.kernel.fields import Boundary

SMALLEST_GRID = 16
"""Cells a side below which the widest dilation would wrap around more than once."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One field that is forecast, with the sizes by which it is made dimensionless.

    Attributes:
        name: Its name in the domain.
        mean: Mean over the training frames, in the channel's unit.
        spread: Standard deviation of its values, above zero.
        slope: Standard deviation of its gradient, per unit of length, above zero.
        change: Root mean square of its change from frame to frame, above zero.
        conserved: Whether the sum over cells changes by the declared exchange alone.
        flux: Whether a conserved channel is forecast in flux form; False leaves its balance to a
            penalty, for an ablation.
        positive: Whether a value below zero is unlawful.
        pseudo: Whether it changes its sign in a mirror, as vorticity does.
        known: Whether it stays as it is, such as a medium: it is seen, and neither forecast nor
            scored.
    """

    name: str
    mean: float = 0.0
    spread: float = 1.0
    slope: float = 1.0
    change: float = 1.0
    conserved: bool = False
    flux: bool = True
    positive: bool = False
    pseudo: bool = False
    known: bool = False

    def __post_init__(self) -> None:
        """Refuse sizes that are none, and laws of change for what does not change."""
        if self.known and self.conserved:
            raise ContractError(f"Channel {self.name!r} is known; it cannot be in flux form too.")
        sizes = (self.spread, self.slope, self.change)
        if not all(np.isfinite(size) and size > 0 for size in sizes):
            raise ContractError(
                f"Channel {self.name!r} has the sizes {sizes}; all must be above 0."
            )

    @property
    def in_flux_form(self) -> bool:
        """Whether its mean is made of face fluxes and a source."""
        return self.conserved and self.flux


@dataclass(frozen=True, slots=True)
class Vector:
    """Two channels that are the components of one vector.

    A mirror or a turn of the grid changes them together. Nothing else binds them: each component
    has its own fluxes, source and variance.

    Attributes:
        x, y: Names of the channels along x, the last axis, and along y.
        divergence_free: Whether the forecast is projected onto fields without divergence; needs
            both axes periodic.
    """

    x: str
    y: str
    divergence_free: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that fixes a network's weights but their values.

    Attributes:
        channels: In the order of the arrays' channel axis.
        domains: Ids of the domains that it is conditioned on.
        vectors: Which channels are components of one vector.
        frames: How many past frames it sees, at least 1.
        width: Features a cell; even.
        dilations: One for each block: cells between the taps of its kernel, such as small, large,
            small again; 0 for a block that works on the longest waves of the whole grid.
        modes: How many waves along an axis such a block works on.
        conditions: Size of the vector that carries domain, scales and global context.
        interval_s: Frame interval that counts as 1, in seconds.
        spacing: Cell spacing that counts as 1, in the grid's unit.
    """

    channels: tuple[Channel, ...]
    domains: tuple[str, ...]
    vectors: tuple[Vector, ...] = ()
    frames: int = 4
    width: int = 40
    dilations: tuple[int, ...] = (1, 2, 4, 8, 4, 2, 1)
    conditions: int = 32
    modes: int = 8
    interval_s: float = 1.0
    spacing: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a plan that no network can follow."""
        names = [channel.name for channel in self.channels]
        parts = [name for vector in self.vectors for name in (vector.x, vector.y)]
        if not self.forecast_channels or len(set(names)) != len(names) or not self.domains:
            raise ContractError(f"A plan needs channels of different names and a domain: {names}.")
        if not set(parts) <= set(names) or len(set(parts)) != len(parts):
            raise ContractError(f"The components {parts} are not each one of the channels {names}.")
        if min(self.frames, self.width, self.modes) < 1 or self.width % 2 or not self.dilations:
            raise ContractError(
                f"{self.frames} frames, width {self.width}, {self.modes} modes and dilations "
                f"{self.dilations}: a plan needs a frame, an even width, a mode and a block."
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the channels, in order."""
        return tuple(channel.name for channel in self.channels)

    @property
    def flux_channels(self) -> tuple[int, ...]:
        """Indices of the channels in flux form."""
        return tuple(i for i, channel in enumerate(self.channels) if channel.in_flux_form)

    @property
    def forecast_channels(self) -> tuple[int, ...]:
        """Indices of the channels that are forecast: all that are not known."""
        return tuple(i for i, channel in enumerate(self.channels) if not channel.known)

    def column(self, name: str) -> Float[np.ndarray, "channel 1 1"]:
        """`(channel, 1, 1)`. One of the channels' numbers, in single precision."""
        numbers = [getattr(channel, name) for channel in self.channels]
        return np.array(numbers, np.float32)[:, None, None]

    def components(self) -> tuple[tuple[int, int], ...]:
        """Return the channel indices `(x, y)` of each vector."""
        return tuple((self.names.index(v.x), self.names.index(v.y)) for v in self.vectors)


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and how often a field is seen; one compiled program for each.

    Attributes:
        domain: One of the plan's domains.
        interval_s: Seconds between frames.
        spacing: Distance between cells along y and x.
        boundary: What happens at the ends of y and x. Nothing crosses a `reflecting` end; what
            crosses an `open` one is learned.
        closed: Whether conserved channels have no exchange but a declared one. Otherwise, and at
            open ends, sources are free and the exchange is reported, not imposed.
    """

    domain: str
    interval_s: float = 1.0
    spacing: tuple[float, float] = (1.0, 1.0)
    boundary: tuple[Boundary, Boundary] = ("periodic", "periodic")
    closed: bool = True

    def __post_init__(self) -> None:
        """Refuse scales that are none."""
        scales = (self.interval_s, *self.spacing)
        if not all(np.isfinite(scale) and scale > 0 for scale in scales):
            raise ContractError(f"Interval and spacing {scales} must be finite and above 0.")

    @property
    def sealed(self) -> bool:
        """Whether the exchange is known: closed, and no end open."""
        return self.closed and "open" not in self.boundary


def check_scene(plan: Plan, scene: Scene) -> None:
    """Refuse a scene that the plan's network was not built for.

    Raises:
        ContractError: The domain is unknown, or a projection meets an end that is not periodic.
    """
    if scene.domain not in plan.domains:
        raise ContractError(
            f"The network knows the domains {plan.domains}, not {scene.domain!r}.",
            hint="Train an adapter for the new domain, or ask the naive forecasts.",
        )
    if any(v.divergence_free for v in plan.vectors) and set(scene.boundary) != {"periodic"}:
        raise ContractError(
            f"A divergence-free forecast needs periodic ends, not {scene.boundary}.",
            hint="Declare the vector without `divergence_free`.",
        )


def measured(
    channels: Sequence[Channel],
    values: Float[np.ndarray, "trajectory time channel y x"],
    spacing: tuple[float, float],
) -> tuple[Channel, ...]:
    """Return the channels with their sizes taken from training frames.

    Args:
        channels: Names and laws; their sizes are replaced.
        values: `(trajectory, time, channel, y, x)`, at least two frames.
        spacing: Distance between cells along y and x.

    Returns:
        New channels. A field that never varies gets the size 1.
    """
    along_y = np.diff(values, axis=-2) / spacing[0]
    along_x = np.diff(values, axis=-1) / spacing[1]
    change = np.diff(values, axis=1)
    return tuple(
        _resized(
            channel,
            mean=float(values[:, :, i].mean(dtype=np.float64)),
            spread=float(values[:, :, i].std(dtype=np.float64)),
            slope=_size(along_y[:, :, i], along_x[:, :, i]),
            change=_size(change[:, :, i]),
        )
        for i, channel in enumerate(channels)
    )


def _size(*parts: Float[np.ndarray, "..."]) -> float:
    """Return the root mean square over all parts."""
    squares = [np.mean(np.square(part, dtype=np.float64)) for part in parts]
    return float(np.sqrt(np.mean(squares)))


def _resized(
    channel: Channel, *, mean: float, spread: float, slope: float, change: float
) -> Channel:
    return replace(
        channel,
        mean=mean,
        spread=spread or 1.0,
        slope=slope or 1.0,
        change=change or 1.0,
    )
