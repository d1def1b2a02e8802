"""Curves of a formula, `y ~ s(x, k=20) + z`: which variable, how many coefficients, and whether each level of a factor
has one, or a number multiplies it.

| written | curve |
|---|---|
| `s(x)` | f(x), a cubic spline of 20 coefficients whose second differences are penalized |
| `s(x, k=40)` | the same with 40 coefficients |
| `s(log(x))` | f(log(x)) |
| `s(x, by=g)` | f_a(x) in the rows of each level a of the factor g, whose heights are `g +` beside |
| `s(x, by=z)` | f(x) z of a number z |

A curve is a straight line and what differs from it: the line stays in the formula as `center(x)`, the rest is a
`SmoothTerm` over the rows.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from stattools.data.formula.evaluation import constants
from stattools.data.formula.expression import Expression, expression
from stattools.data.formula.formula import Formula
from stattools.errors import DomainError
from stattools.interface.record import record

MARK = re.compile(r"(?<![\w.])s\s*\(")
"""What the text of every formula with a curve has in it."""
USUAL = 20
"""How many coefficients a curve has where none are given."""

Term = tuple[Expression, ...]


@record
class SmoothPart:
    """One curve as it was read: its `variable`, `k` coefficients, and the factor or number `by`, None without one."""

    variable: Expression
    k: int
    by: Expression | None

    @property
    def name(self) -> str:
        """How the curve is printed, without the level of a factor."""
        return f"s({self.variable.text})" + ("" if self.by is None else f":{self.by.text}")

    @property
    def written(self) -> str:
        """The curve as a formula has it, with its usual number of coefficients."""
        return f"s({self.variable.text}" + (")" if self.by is None else f", by={self.by.text})")

    @property
    def right(self) -> str:
        """A right side whose columns are the variable and what it is by, a number or a column for each level."""
        each = [self.variable, *(() if self.by is None else (self.by,))]
        return f"~ 0 + {' + '.join(ast.unparse(one.tree) for one in each)}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it needs of a table."""
        return tuple(dict.fromkeys((*self.variable.columns, *(() if self.by is None else self.by.columns))))

    @property
    def line(self) -> Expression:
        """The variable less its mean, a factor of the formula."""
        return expression(f"center({ast.unparse(self.variable.tree)})")

    def lines(self, is_factor: Callable[[Expression], bool]) -> tuple[Term, ...]:
        """The terms of the formula that are the line: the variable's, that of each level, or height and slope of what a
        number multiplies.
        """
        if self.by is None:
            return ((self.line,),)
        return ((self.line, self.by),) if is_factor(self.by) else ((self.by,), (self.line, self.by))


def has_curves(formula: Formula) -> bool:
    """Whether a curve stands among the terms."""
    return any(factor.call == "s" for factor in formula.factors)


def smooth_parts(formula: Formula, is_factor: Callable[[Expression], bool]) -> tuple[Formula, tuple[SmoothPart, ...]]:
    """The formula with a line for each curve, and the curves; the text stays as it was typed. `is_factor` says of what
    `by=` names whether it holds levels.

    Raises DomainError for a curve that is no term of its own, and for the same one twice.

    >>> from stattools.data.formula.formula import parse
    >>> lines, curves = smooth_parts(parse("y ~ s(x, k=9) + z", ["y", "x", "z"]), lambda by: False)
    >>> [factor.text for factor in lines.factors], [(part.name, part.k) for part in curves]
    (['center(x)', 'z'], [('s(x)', 9)])
    """
    if not has_curves(formula):
        return formula, ()
    parts: dict[str, SmoothPart] = {}
    terms: dict[frozenset[str], Term] = {}
    for term in formula.terms:
        curves = [_part(factor) for factor in term if factor.call == "s"]
        if curves and len(term) > 1:
            raise _not_alone(term, curves[0])
        for part in curves:
            if part.name in parts:
                raise DomainError(f"the formula has the curve {part.name} twice; leave one of them out.")
            parts[part.name] = part
        for line in curves[0].lines(is_factor) if curves else (term,):
            terms.setdefault(frozenset(factor.text for factor in line), line)
    for part in parts.values():
        _require_no_line(part, terms, is_factor)
    return replace(formula, terms=tuple(terms.values())), tuple(parts.values())


def _require_no_line(
    part: SmoothPart, terms: Iterable[frozenset[str]], is_factor: Callable[[Expression], bool]
) -> None:
    """DomainError where the line of a curve stands in the formula a second time."""
    own = {part.variable.text} if part.by is None else {part.variable.text, part.by.text}
    within = part.by is not None and is_factor(part.by)
    for term in terms:
        if part.variable.text in term and (term == own or (within and term <= own)):
            raise DomainError(
                f"{part.name} has the line of {part.variable.text!r} in it, and the formula has "
                f"{':'.join(sorted(term))!r} beside it: leave that out."
            )


def _part(factor: Expression) -> SmoothPart:
    given = constants(factor.tree)  # type: ignore[arg-type]
    by = expression(ast.unparse(given["by"])) if "by" in given else None
    return SmoothPart(expression(ast.unparse(factor.tree.args[0])), given.get("k", USUAL), by)  # type: ignore[attr-defined]


def _not_alone(term: Term, part: SmoothPart) -> DomainError:
    inner = part.variable.text
    other = next((factor.text for factor in term if factor.call != "s"), None)
    how = (
        f"of a surface over two variables there is none here; s({inner}) + the other curve adds them"
        if other is None
        else f"a curve for each level of a factor is {other} + s({inner}, by={other}), and by= a number multiplies it"
    )
    return DomainError(f"{':'.join(factor.text for factor in term)!r}: a curve is a term of its own; {how}.")
