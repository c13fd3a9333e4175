"""The library: every term that a law may have, as products of derivatives under a derivative.

A term is a sum of pieces `weight · D₀ Π_i D_i f_i` with fields f of the state or given ones, so
that what conserves stands under its divergence, and one program evaluates them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ._waves import Symbol

ONE = "1"
_NONE = Symbol()
_X, _Y = Symbol(x=1), Symbol(y=1)
_LAPLACE = Symbol(laplace=1)
_WAVES = {
    "cos x": r"\cos(2\pi x/L)",
    "sin x": r"\sin(2\pi x/L)",
    "cos y": r"\cos(2\pi y/L)",
    "sin y": r"\sin(2\pi y/L)",
}


class Factor(NamedTuple):
    """A derivative of a field, by the field's name."""

    field: str
    inner: Symbol = _NONE


class Piece(NamedTuple):
    """`weight · outer [Π factors]`."""

    weight: float
    outer: Symbol
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class LibraryTerm:
    """A term that may stand on the right side of a channel's equation.

    Attributes:
        name: In plain symbols, unique in a channel's library, e.g. `∇²u`.
        latex: The same in LaTeX.
        words: What it does, e.g. `diffusion of u`.
        pieces: What it is.
    """

    name: str
    latex: str
    words: str
    pieces: tuple[Piece, ...]

    @property
    def order(self) -> int:
        """Derivatives in each piece."""
        piece = self.pieces[0]
        return piece.outer.order + sum(factor.inner.order for factor in piece.factors)


def library(
    channel: str, channels: Sequence[str], given: Sequence[str] = ()
) -> tuple[LibraryTerm, ...]:
    """Return the terms that may stand in one channel's equation, 33 or more.

    Args:
        channel: Whose equation.
        channels: All channels; the library couples them.
        given: Known fields: `velocity_x` with `velocity_y` carry, any other forces.
    """
    others = [name for name in channels if name != channel]
    terms = [_constant(), *_reactions(channel, channels), *_own(channel)]
    for other in others:
        terms += _crossed(channel, other)
    if not others:
        terms += _alone(channel)
    return (*terms, *_given(channel, channels, given))


def wave_names() -> tuple[str, ...]:
    """Return the names of the longest waves, fields that variable coefficients are made of."""
    return tuple(_WAVES)


def _constant() -> LibraryTerm:
    return LibraryTerm("1", "1", "a constant source", (Piece(1.0, _NONE, (Factor(ONE),)),))


def _reactions(channel: str, channels: Sequence[str]) -> list[LibraryTerm]:
    """Return the monomials of degree 1 to 3 in a channel and the others, one other at a time."""
    powers = [{channel: k} for k in (1, 2, 3)]
    for other in channels:
        pairs = [(0, 1), (1, 1), (0, 2), (2, 1), (1, 2), (0, 3)] if other != channel else []
        powers += [{channel: mine, other: its} for mine, its in pairs]
    return [_monomial([(name, power.get(name, 0)) for name in channels]) for power in powers]


def _monomial(powers: Sequence[tuple[str, int]]) -> LibraryTerm:
    present = [(name, power) for name, power in powers if power]
    name = " ".join(field + _raised(power) for field, power in present)
    latex = " ".join(field + (f"^{power}" if power > 1 else "") for field, power in present)
    factors = tuple(Factor(field) for field, power in present for _ in range(power))
    return LibraryTerm(name, latex, f"reaction {name}", (Piece(1.0, _NONE, factors),))


def _raised(power: int) -> str:
    return {1: "", 2: "²", 3: "³"}[power]


def _linear(name: str, latex: str, words: str, *pieces: tuple[float, Symbol, str]) -> LibraryTerm:
    made = tuple(Piece(weight, outer, (Factor(field),)) for weight, outer, field in pieces)
    return LibraryTerm(name, latex, words, made)


def _own(u: str) -> list[LibraryTerm]:
    """Return transport, spreading, dispersion and fluxes of a channel by itself."""
    return [
        *_linear_own(u),
        _flux(f"½∂x({u}²)", rf"\tfrac12\partial_x {u}^2", f"steepening of {u} along x", _X, u),
        _flux(f"½∂y({u}²)", rf"\tfrac12\partial_y {u}^2", f"steepening of {u} along y", _Y, u),
        _slopes(f"|∇{u}|²", rf"|\nabla {u}|^2", f"growth along the normal of {u}", u, False),
        _slopes(
            f"|∇{u}|²−⟨|∇{u}|²⟩",
            rf"(|\nabla {u}|^2-\langle|\nabla {u}|^2\rangle)",
            f"growth along the normal of {u}, its mean left out",
            u,
            True,
        ),
        _flux(
            f"½∇²({u}²)",
            rf"\tfrac12\nabla^2 {u}^2",
            f"diffusion of {u} that grows with {u}",
            _LAPLACE,
            u,
        ),
        LibraryTerm(
            f"∇²({u}³)",
            rf"\nabla^2 {u}^3",
            f"diffusion down the cube of {u}",
            (Piece(1.0, _LAPLACE, (Factor(u),) * 3),),
        ),
        LibraryTerm(
            f"∇·({u}∇∇²{u})",
            rf"\nabla\cdot({u}\nabla\nabla^2 {u})",
            f"flow of a film of height {u}",
            tuple(
                Piece(1.0, axis, (Factor(u), Factor(u, axis._replace(laplace=1))))
                for axis in (_X, _Y)
            ),
        ),
        _stirred(u, u),
    ]


def _linear_own(u: str) -> list[LibraryTerm]:
    return [
        _linear(f"∂x {u}", rf"\partial_x {u}", f"transport of {u} along x", (1.0, _X, u)),
        _linear(f"∂y {u}", rf"\partial_y {u}", f"transport of {u} along y", (1.0, _Y, u)),
        _linear(f"∇²{u}", rf"\nabla^2 {u}", f"diffusion of {u}", (1.0, _LAPLACE, u)),
        _linear(
            f"(∂xx−∂yy){u}",
            rf"(\partial_{{xx}}-\partial_{{yy}}) {u}",
            f"diffusion of {u} stronger along one axis",
            (1.0, Symbol(x=2), u),
            (-1.0, Symbol(y=2), u),
        ),
        _linear(
            f"∂xy {u}",
            rf"\partial_{{xy}} {u}",
            f"diffusion of {u} stronger along a diagonal",
            (1.0, Symbol(x=1, y=1), u),
        ),
        _linear(f"∇⁴{u}", rf"\nabla^4 {u}", f"hyperdiffusion of {u}", (1.0, Symbol(laplace=2), u)),
        _linear(
            f"∂x∇²{u}",
            rf"\partial_x\nabla^2 {u}",
            f"dispersion of {u} along x",
            (1.0, Symbol(x=1, laplace=1), u),
        ),
        _linear(
            f"∂y∇²{u}",
            rf"\partial_y\nabla^2 {u}",
            f"dispersion of {u} along y",
            (1.0, Symbol(y=1, laplace=1), u),
        ),
    ]


def _flux(name: str, latex: str, words: str, outer: Symbol, u: str) -> LibraryTerm:
    return LibraryTerm(name, latex, words, (Piece(0.5, outer, (Factor(u), Factor(u))),))


def _slopes(name: str, latex: str, words: str, u: str, meanless: bool) -> LibraryTerm:
    outer = Symbol(meanless=meanless)
    pieces = tuple(Piece(1.0, outer, (Factor(u, axis),) * 2) for axis in (_X, _Y))
    return LibraryTerm(name, latex, words, pieces)


def _stirred(u: str, vorticity: str) -> LibraryTerm:
    """Return `v·∇u` of the flow whose vorticity is a channel: `v = (−∂yψ, ∂xψ)`, `∇²ψ = ω`."""
    psi_x, psi_y = Symbol(x=1, laplace=-1), Symbol(y=1, laplace=-1)
    return LibraryTerm(
        f"J(∇⁻²{vorticity}, {u})",
        rf"J(\nabla^{{-2}}{vorticity},{u})",
        f"transport of {u} by the flow whose vorticity is {vorticity}",
        (
            Piece(-1.0, _X, (Factor(vorticity, psi_y), Factor(u))),
            Piece(1.0, _Y, (Factor(vorticity, psi_x), Factor(u))),
        ),
    )


def _without_divergence(u: str, v: str) -> list[LibraryTerm]:
    """Return what moves the components u, v of a flow that pressure keeps free of divergence.

    Of the two only u stands on the left; it may be the component along either axis.
    """
    return [
        term
        for name, along, across in (("x", "x", "y"), ("y", "y", "x"))
        for term in (_self_transport(u, v, name, along, across), _speed_damping(u, v, name, along))
    ]


def _inverse(powers: dict[str, int]) -> Symbol:
    """Return derivatives along the axes of what solves Poisson's equation."""
    return Symbol(powers.get("x", 0), powers.get("y", 0), -1)


def _self_transport(u: str, v: str, name: str, along: str, across: str) -> LibraryTerm:
    """Return the component of `P ∇·(v v)` along an axis, P the projection by pressure.

    `∂x∂yy∇⁻²(uu − vv) + ∂y(∂yy − ∂xx)∇⁻²(uv)` for x.
    """
    both = _inverse({along: 1, across: 2})
    return LibraryTerm(
        f"P∇·({u}{v})|{name}",
        rf"[\mathbb{{P}}\nabla\cdot(\mathbf{{v}}\mathbf{{v}})]_{name},"
        rf"\ {u}=v_{name}",
        f"transport of the flow ({u} along {name}, {v} across) by itself, with its pressure",
        (
            Piece(1.0, both, (Factor(u), Factor(u))),
            Piece(-1.0, both, (Factor(v), Factor(v))),
            Piece(1.0, _inverse({across: 3}), (Factor(u), Factor(v))),
            Piece(-1.0, _inverse({along: 2, across: 1}), (Factor(u), Factor(v))),
        ),
    )


def _speed_damping(u: str, v: str, name: str, along: str) -> LibraryTerm:
    """Return the component of `P (|v|² v)` along an axis: `w − ∂x∇⁻²(∂x w + ∂y w')`."""
    turned = _inverse({"x": 1, "y": 1})
    cubes = ((u, u, u), (u, v, v)), ((u, u, v), (v, v, v))
    own = [(weight, outer, cube) for cube in cubes[0]
           for weight, outer in ((1.0, _NONE), (-1.0, _inverse({along: 2})))]  # fmt: skip
    other = [(-1.0, turned, cube) for cube in cubes[1]]
    return LibraryTerm(
        f"P(({u}²+{v}²){u})|{name}",
        rf"[\mathbb{{P}}(({u}^2+{v}^2)\mathbf{{v}})]_{name},\ {u}=v_{name}",
        f"drag on the flow ({u} along {name}, {v} across) by the square of its speed",
        tuple(
            Piece(weight, outer, tuple(Factor(field) for field in cube))
            for weight, outer, cube in (*own, *other)
        ),
    )


def _divergence(a: str, u: str) -> tuple[Piece, ...]:
    """Return the pieces of `∇·(a∇u)`."""
    return tuple(Piece(1.0, axis, (Factor(a), Factor(u, axis))) for axis in (_X, _Y))


def _crossed(u: str, v: str) -> list[LibraryTerm]:
    """Return what another channel does to u but for reactions."""
    products = tuple((axis, (Factor(u), Factor(v))) for axis in (_X, _Y))
    return [
        _linear(f"∂x {v}", rf"\partial_x {v}", f"drive of {u} by the slope of {v} along x",
                (1.0, _X, v)),
        _linear(f"∂y {v}", rf"\partial_y {v}", f"drive of {u} by the slope of {v} along y",
                (1.0, _Y, v)),
        _linear(f"∇²{v}", rf"\nabla^2 {v}", f"diffusion of {u} down {v}", (1.0, _LAPLACE, v)),
        LibraryTerm(
            f"∇·({u}∇{v})",
            rf"\nabla\cdot({u}\nabla {v})",
            f"drift of {u} along the slope of {v}",
            _divergence(u, v),
        ),
        LibraryTerm(
            f"∇·({v}∇{u})",
            rf"\nabla\cdot({v}\nabla {u})",
            f"diffusion of {u} that grows with {v}",
            _divergence(v, u),
        ),
        *(
            LibraryTerm(
                f"∂{name}({u}{v})",
                rf"\partial_{name}({u}{v})",
                f"transport of {u} by {v} along {name}",
                (Piece(1.0, outer, factors),),
            )
            for name, (outer, factors) in zip("xy", products, strict=True)
        ),
        *(
            LibraryTerm(
                f"{v}·∂{name} {u}",
                rf"{v}\,\partial_{name} {u}",
                f"what {v} carries of {u} along {name}",
                (Piece(1.0, _NONE, (Factor(v), Factor(u, axis))),),
            )
            for name, axis in (("x", _X), ("y", _Y))
        ),
        _stirred(u, v),
        *_without_divergence(u, v),
    ]  # fmt: skip


def _alone(u: str) -> list[LibraryTerm]:
    """Return more terms for a channel without others: variable coefficients, cubic fluxes."""
    terms = [
        _linear(f"∇⁶{u}", rf"\nabla^6 {u}", f"sixth-order damping of {u}",
                (1.0, Symbol(laplace=3), u)),
        *(
            LibraryTerm(
                f"∂{name}({u}³)",
                rf"\partial_{name} {u}^3",
                f"cubic steepening of {u} along {name}",
                (Piece(1.0, axis, (Factor(u),) * 3),),
            )
            for name, axis in (("x", _X), ("y", _Y))
        ),
    ]  # fmt: skip
    for wave, latex in _WAVES.items():
        across, axis = ("y", _Y) if wave.endswith("x") else ("x", _X)
        terms += [
            LibraryTerm(
                f"{wave}·{u}", rf"{latex} {u}", f"growth of {u} where {wave} is high",
                (Piece(1.0, _NONE, (Factor(wave), Factor(u))),),
            ),
            LibraryTerm(
                f"{wave}·∂{across} {u}", rf"{latex}\,\partial_{across} {u}",
                f"shear of {u} along {across}, as {wave}",
                (Piece(1.0, axis, (Factor(wave), Factor(u))),),
            ),
            LibraryTerm(
                f"∇·({wave}∇{u})", rf"\nabla\cdot({latex}\nabla {u})",
                f"diffusion of {u} stronger where {wave} is high",
                _divergence(wave, u),
            ),
        ]  # fmt: skip
    return terms


def _given(u: str, channels: Sequence[str], given: Sequence[str]) -> list[LibraryTerm]:
    """Return what given fields do: velocities carry, all others force and modulate."""
    terms: list[LibraryTerm] = []
    velocity = ("velocity_x", "velocity_y")
    if set(velocity) <= set(given):
        carried = zip((_X, _Y), velocity, strict=True)
        pieces = tuple(Piece(1.0, axis, (Factor(name), Factor(u))) for axis, name in carried)
        terms.append(
            LibraryTerm(
                f"∇·(velocity {u})",
                rf"\nabla\cdot(\mathbf{{v}} {u})",
                f"transport of {u} by the given velocity",
                pieces,
            )
        )
    for name in given:
        if name in velocity:
            continue
        latex = rf"\mathrm{{{name}}}".replace("_", r"\_")
        terms += [
            LibraryTerm(name, latex, f"forcing by {name}", (Piece(1.0, _NONE, (Factor(name),)),)),
            LibraryTerm(
                f"{name}·{u}", rf"{latex}\,{u}", f"growth of {u} with {name}",
                (Piece(1.0, _NONE, (Factor(name), Factor(u))),),
            ),
            LibraryTerm(
                f"∇·({name}∇{u})", rf"\nabla\cdot({latex}\nabla {u})",
                f"diffusion of {u} that grows with {name}", _divergence(name, u),
            ),
            *(
                LibraryTerm(
                    f"{name}·∂{along} {v}", rf"{latex}\,\partial_{along} {v}",
                    f"drive of {u} by the slope of {v} along {along}, as {name}",
                    (Piece(1.0, _NONE, (Factor(name), Factor(v, axis))),),
                )
                for v in channels
                for along, axis in (("x", _X), ("y", _Y))
            ),
        ]  # fmt: skip
    return terms
