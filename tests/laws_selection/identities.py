"""Other ways to write terms of the library: declared once, and truths are drawn in either."""

from industriverse.engines.forecast.laws import LibraryTerm
from industriverse.engines.forecast.laws._library import Factor, Piece
from industriverse.engines.forecast.laws._waves import Symbol

_NONE, _X, _Y = Symbol(), Symbol(x=1), Symbol(y=1)
_LAPLACE = Symbol(laplace=1)


def _sum(*products: tuple[float, Symbol, tuple[Factor, ...]]) -> tuple[Piece, ...]:
    return tuple(Piece(weight, outer, factors) for weight, outer, factors in products)


def other_form(term: LibraryTerm, u: str) -> LibraryTerm:
    """Return a term of the equation of u in its other form, the same one where it has none.

    The name stays the library's: both are the same structure.
    """
    own, along_x, along_y = Factor(u), Factor(u, _X), Factor(u, _Y)
    psi_x, psi_y = Factor(u, Symbol(x=1, laplace=-1)), Factor(u, Symbol(y=1, laplace=-1))
    forms = {
        # ½∂x(u²) = u ∂x u
        f"½∂x({u}²)": _sum((1.0, _NONE, (own, along_x))),
        f"½∂y({u}²)": _sum((1.0, _NONE, (own, along_y))),
        # ∂x(u³) = 3 u² ∂x u
        f"∂x({u}³)": _sum((3.0, _NONE, (own, own, along_x))),
        f"∂y({u}³)": _sum((3.0, _NONE, (own, own, along_y))),
        # ½∇²(u²) = u ∇²u + |∇u|²
        f"½∇²({u}²)": _sum(
            (1.0, _NONE, (own, Factor(u, _LAPLACE))),
            (1.0, _NONE, (along_x, along_x)),
            (1.0, _NONE, (along_y, along_y)),
        ),
        # ∇·(v u) = v·∇u, since v has no divergence
        f"J(∇⁻²{u}, {u})": _sum((-1.0, _NONE, (psi_y, along_x)), (1.0, _NONE, (psi_x, along_y))),
        # ∂xx − ∂yy = 2 ∂xx − ∇²
        f"(∂xx−∂yy){u}": _sum(
            (2.0, Symbol(x=2), (own,)), (-1.0, _LAPLACE, (own,))
        ),
    }  # fmt: skip
    pieces = forms.get(term.name, term.pieces)
    return LibraryTerm(term.name, term.latex, term.words, pieces)
