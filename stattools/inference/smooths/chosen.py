"""The curves of a fit that a name means."""

from __future__ import annotations

from typing import Any

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import is_one_of


def require_curves(fit: Any, name: str) -> None:
    """IncompatibleError for a fit without curves."""
    if not fit.model.smooths:
        raise IncompatibleError(
            f"{name} is of curves, and {fit.model.title} has none: write s(x) in the formula for a curve of x."
        )


def chosen(fit: Any, variable: str) -> tuple[Any, ...]:
    """The curves that a name means: one, or those of all levels of a factor."""
    require_curves(fit, "smooth")
    curves = fit.found.of_curves
    own = [curve for curve in curves if is_one_of(variable, (curve.term.name,))]
    if own:
        return tuple(own)
    named = [curve for curve in curves if is_one_of(variable, _names(curve.term))]
    designs = {id(curve.term.design) for curve in named}
    if len(designs) == 1:
        return tuple(named)
    which = ", ".join(quoted(curve.term.name) for curve in (named or curves))
    raise DomainError(f"fit.smooth needs the name of one curve of {which}; got {quoted(variable)}.")


def _names(term: Any) -> tuple[str, ...]:
    part = term.design.part
    return (term.variable, *part.variable.columns, part.name, part.written)
