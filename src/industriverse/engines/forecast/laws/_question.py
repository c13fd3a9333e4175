"""Check what is asked and bring it into the form that is solved: a periodic square of waves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

from industriverse.kernel.errors import ContractError

from ._library import ONE, LibraryTerm, library, wave_names
from ._noise import Noise
from ._problem import Problem
from ._program import Maker, Targeted
from ._walls import Parity, Walls, mirrored, parity_of
from ._waves import Box

Context = Float[np.ndarray, "time channel y x"]
Given = Mapping[str, Float[np.ndarray, "rows columns"]]
_FEWEST, _MOST = 2, 32
_LEAST_CELLS = 16
_FLAT = 1e-9


@dataclass(frozen=True)
class Question:
    """What `identify` is asked; members as there."""

    context: Context
    spacing: float | tuple[float, float]
    frame_s: float
    names: tuple[str, ...]
    given: Given
    boundary: Walls
    terms: Mapping[str, Sequence[LibraryTerm]] | None
    parities: tuple[Parity | None, ...]
    """How walls mirror each channel."""

    @classmethod
    def of(  # noqa: PLR0913 - what a question is made of
        cls,
        context: Context,
        spacing: float | tuple[float, float],
        frame_s: float,
        names: tuple[str, ...],
        given: Given,
        *,
        boundary: Walls,
        terms: Mapping[str, Sequence[LibraryTerm]] | None,
    ) -> "Question":
        """Return the question about a context; its frames say how walls mirror them.

        Raises:
            ContractError: The grid is none that laws are sought on.
        """
        _require_grid(context, frame_s)
        whole = {**given, **_reciprocals(given)}
        parities = tuple(_parity(frames, boundary) for frames in context.swapaxes(0, 1))
        return cls(context, spacing, frame_s, names, whole, boundary, terms, parities)

    def problem(self) -> Problem:
        """Return the problem that the frames pose.

        Raises:
            ContractError: What was given is no question that can be answered, and why.
        """
        step = _spacing(self.spacing)
        _require_grid(self.context, self.frame_s)
        _require_values(self.context)
        _require_names(self.context, self.names, self.given)
        waves = self.waves(self.context)
        box = Box(waves.shape[-2], step)
        maker = Maker(box, self.names, self._fields() | _longest_waves(box))
        noise = Noise.of(box, waves)
        return Problem(box, waves, self.frame_s, maker, self._library(), noise, self.parities)

    def waves(self, frames: Context) -> Complex[np.ndarray, "time channel ky kx"]:
        """Return the waves of frames, mirrored at the walls."""
        pairs = zip(frames.swapaxes(0, 1), self.parities, strict=True)
        return np.fft.rfft2(np.stack([mirrored(*pair) for pair in pairs], axis=1))

    @property
    def _known(self) -> dict[str, Parity | None]:
        """How walls mirror each given field: a velocity does not go through one."""
        across: dict[str, Parity] = {"velocity_x": (1, 0), "velocity_y": (0, 1)}
        moves = {} if self.boundary in ("periodic", "reflecting") else across
        return {
            name: moves.get(name, _parity(array, self.boundary))
            for name, array in self.given.items()
        }

    def _fields(self) -> dict[str, Float[np.ndarray, "rows columns"]]:
        return {name: mirrored(self.given[name], parity) for name, parity in self._known.items()}

    def _library(self) -> list[Targeted]:
        chosen = self.terms or {
            name: library(name, self.names, tuple(self.given)) for name in self.names
        }
        signs = dict(zip(self.names, self.parities, strict=True)) | self._known
        return [
            (place, term)
            for place, name in enumerate(self.names)
            for term in chosen[name]
            if self.boundary == "periodic" or _stays(term, signs, self.parities[place])
        ]


def _spacing(spacing: float | tuple[float, float]) -> float:
    along_y, along_x = spacing if isinstance(spacing, tuple) else (spacing, spacing)
    if not (np.isfinite(along_x) and along_x > 0):
        raise ContractError(f"The spacing of cells, {along_x}, must be finite and above zero.")
    if abs(along_x - along_y) > 1e-9 * along_x:
        raise ContractError(
            f"Cells of {along_y:g} by {along_x:g} are no squares; laws are sought on squares only.",
            hint="Interpolate the frames onto cells as high as wide.",
        )
    return float(along_x)


def _require_grid(context: Context, frame_s: float) -> None:
    frames, _, height, width = context.shape
    if not _FEWEST <= frames <= _MOST:
        raise ContractError(
            f"{frames} frames were given; a law is sought from {_FEWEST} to {_MOST}.",
            hint="Four are a good number.",
        )
    if not (np.isfinite(frame_s) and frame_s > 0):
        raise ContractError(f"The time between frames, {frame_s} s, must be finite and above zero.")
    if height != width or width % 2 or width < _LEAST_CELLS:
        raise ContractError(
            f"A grid of {height} by {width} cells: laws are sought on squares with an even number "
            f"of cells a side, {_LEAST_CELLS} or more."
        )


def _require_values(context: Context) -> None:
    for channel, values in enumerate(context.swapaxes(0, 1)):
        if not np.isfinite(values).all():
            raise ContractError(
                f"Channel {channel} holds {int((~np.isfinite(values)).sum())} values that are not "
                "finite.",
                hint="Fill gaps first; a law is sought from whole frames.",
            )
        if values.std() <= _FLAT * max(float(np.abs(values).max()), 1e-300):
            raise ContractError(
                f"Channel {channel} is the same everywhere and always; that tells no law.",
                hint="Leave the channel out.",
            )
    if not np.ptp(context, axis=0).any():
        raise ContractError("The frames are all the same; what never changes tells no law.")


def _require_names(context: Context, names: Sequence[str], given: Given) -> None:
    if len(names) != context.shape[1] or len(set(names)) != len(names):
        raise ContractError(f"{context.shape[1]} channels need as many different names: {names}.")
    taken = {*names, *wave_names(), ONE} & set(given)
    if taken or set(names) & {*wave_names(), ONE}:
        raise ContractError(f"A name means something else already, of {sorted({*names, *given})}.")
    for name, array in given.items():
        if array.shape != context.shape[2:] or not np.isfinite(array).all():
            raise ContractError(
                f"The given field {name!r} of shape {array.shape} must be finite and of the "
                f"frames' shape, {context.shape[2:]}."
            )


def _parity(fields: Float[np.ndarray, "*batch y x"], boundary: Walls) -> Parity | None:
    if boundary == "reflecting":
        return parity_of(fields)
    return {"periodic": None, "neumann": (0, 0), "dirichlet": (1, 1)}[boundary]


def _reciprocals(given: Given) -> Given:
    """Return 1/g of the given fields that are nowhere zero: a medium may divide what it slows."""
    one_sign = {
        name: array
        for name, array in given.items()
        if not name.startswith("velocity_") and (np.min(array) > 0 or np.max(array) < 0)
    }
    return {f"1/{name}": 1 / array for name, array in one_sign.items() if np.ptp(array) > 0}


def _longest_waves(box: Box) -> dict[str, Float[np.ndarray, "y x"]]:
    at = (np.arange(box.cells) + 0.5) * 2 * np.pi / box.cells
    flat = np.ones(box.cells)
    shapes = {"cos x": (flat, np.cos(at)), "sin x": (flat, np.sin(at))}
    shapes |= {"cos y": (np.cos(at), flat), "sin y": (np.sin(at), flat)}
    return {name: np.outer(*shapes[name]) for name in wave_names()}


def _stays(term: LibraryTerm, parities: Mapping[str, Parity | None], wanted: Parity | None) -> bool:
    """Return whether a term of mirrored fields is mirrored as the channel it is to change."""
    signs = {**parities, ONE: (0, 0)}
    signs |= {name: (int(name == "sin x"), int(name == "sin y")) for name in wave_names()}
    for piece in term.pieces:
        fields = [signs[factor.field] or (0, 0) for factor in piece.factors]
        across_x = piece.outer.x + sum(f.inner.x for f in piece.factors) + sum(s[0] for s in fields)
        across_y = piece.outer.y + sum(f.inner.y for f in piece.factors) + sum(s[1] for s in fields)
        odd_x, odd_y = wanted or (0, 0)
        if (across_x - odd_x) % 2 or (across_y - odd_y) % 2:
            return False
    return True
