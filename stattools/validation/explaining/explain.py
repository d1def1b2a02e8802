"""`explain(a, b)`: why do two fits of the same data differ? One setting at a time is changed from the first fit's to
the second's, each change a refit, and each refit's part of the difference is its share.

    share_k = <x_k - x_{k-1}, x_b - x_a> / |x_b - x_a|^2,   sum over k = 1

x are the coefficients in standard errors (those that a fit does not have are 0: a reference level, an intercept left
out), the logarithms of the standard errors, or the ends of the intervals. The last part, from the second fit's recipe
to its own numbers, is what is left unexplained unless an audit names it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.errors import DomainError, IncompatibleError, StattoolsError, quoted
from stattools.interface.arguments import several
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page
from stattools.validation.explaining.causes import gather
from stattools.validation.explaining.other_columns import plain_name
from stattools.validation.explaining.own_maximum import SAME, steps_from_maximum, steps_to_maximum
from stattools.validation.explaining.same_columns import gap, largest, renamed, share, vectors
from stattools.validation.explaining.way_between_fits import (
    TRIED,
    UNKNOWN,
    require_regressions,
    require_rows,
    steps,
)
from stattools.validation.explaining.way_between_refits import TRIED as TRIED_OF_REFITS
from stattools.validation.explaining.way_between_refits import steps_of_refits
from stattools.validation.foreign.description import Foreign
from stattools.validation.foreign.reading import described, lacks_rows
from stattools.validation.foreign.recipe import Recipe

if TYPE_CHECKING:
    import pandas as pd

QUANTITIES = ("estimates", "se", "intervals")


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Explanation(Faces):
    """The answer of `st.explain`.

    `same` is True where estimates, standard errors and intervals agree; `ok` where at least 99 % of every difference
    is explained. `rows` has cause, words, and the shares of the difference in estimates, se and intervals (NaN where
    one of the fits has none, or they do not differ); shares add to 1 and may be negative, where one cause hides
    another. `differences` are the largest differences in standard errors (as a ratio less 1 for se).
    """

    names: tuple[str, str]
    rows: pd.DataFrame
    same: bool
    ok: bool
    sentence: str
    differences: dict[str, float]
    notes: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """One row per cause, in the order in which they were removed, as a frame of your own."""
        return self.rows.copy()

    def _headline(self) -> str:
        causes = "the same" if self.same else "; ".join(self.rows["cause"])
        return headline(self, "", " and ".join(self.names), causes)

    def _page(self) -> Page:
        head = ["cause", "", *(f"of {name}" for name in QUANTITIES)]
        body = [
            [row["cause"], row["words"], *(_percent(float(row[name])) for name in QUANTITIES)]
            for row in self.rows.to_dict("records")
        ]
        table = ["", "Shares of the difference:", "", Grid(head, body, "lprrr")] if body else []
        notes = [f"Note: {note}" for note in self.notes]
        return Page(self.sentence, *table, *([""] if notes else []), *notes)

    def markdown(self) -> str:
        """The page of `print` in GitHub's Markdown."""
        return self._page().markdown() + "\n"


def explain(
    a: Any,
    b: Any,
    /,
    *,
    data: Any = None,
    X: Any = None,
    y: Any = None,
    weights: Any = None,
    offset: Any = None,
    intervals: tuple[str, str] = ("wald", "wald"),
) -> Explanation:
    """Why do two fits of the same data differ? An `Explanation` with the causes and the share of each.

    The fits are `st.fit(...)`, results of statsmodels or estimators of scikit-learn in any pair; estimators need `X=`
    and `y=`, or `data=` (and `y=`, the name of the outcome, if the other fit has no formula). Causes: penalty,
    covariance, rows dropped or repeated, sign of the outcome, other outcome, weights, strata, offset, intercept,
    scaling, other values of a column, reference level, another basis, other columns, likelihood, ties, random effects,
    REML or ML, expected or observed information, dispersion, normal or t, Wald or profile (`intervals` are the kinds of
    the two fits), and numbers that are not the maximum of what they claim. Each is proven by a refit that removes it;
    what no refit removes is "unknown", with what was tried. Columns and categories under other names are matched by
    their values, which a note tells.
    Raises IncompatibleError for fits that have nothing in common, DomainError for rows that are not of the same
    data.

    >>> import stattools as st
    >>> table = {"y": [1.0, 3.0, 5.0, 8.0, 7.0], "x": [0, 1, 2, 3, 4]}
    >>> why = st.explain(st.fit(st.ols("y ~ x", table)), st.fit(st.ols("y ~ 0 + x", table)))
    >>> why.rows[["cause", "estimates"]].round(6).to_numpy().tolist()
    [['intercept', 1.0]]
    """
    kinds = several(intervals)
    if len(kinds) != 2 or not all(isinstance(kind, str) for kind in kinds):
        raise DomainError(
            f"explain needs intervals=, the kinds of both, such as ('wald', 'profile'); got {quoted(intervals)}."
        )
    both = zip(map(require_rows, _read((a, b), data, X, y, weights, offset)), kinds, strict=True)
    first, second = (_with_interval(one, kind) for one, kind in both)
    second, notes = renamed(first, second)
    require_regressions(first, second)
    found = _explained(first, second)
    return replace(found, notes=(*notes, *found.notes))


def _read(fits: tuple[Any, Any], data: Any, X: Any, y: Any, weights: Any, offset: Any) -> list[Foreign]:
    """The descriptions of both; an estimator does not say what its outcome was, which is that of the other fit."""
    told = [None if lacks_rows(fit) else described(fit) for fit in fits]
    names = [require_rows(one).model.outcome_name for one in told if one is not None]
    y = names[0] if y is None and data is not None and names else y
    arrays = {"X": X, "y": y, "weights": weights, "offset": offset}
    return [described(fit, data, **arrays) if one is None else one for fit, one in zip(fits, told, strict=True)]


def _with_interval(foreign: Foreign, kind: str) -> Foreign:
    """The description with intervals of another kind, for fits of our own."""
    if kind == "wald" or not np.isfinite(foreign.numbers.se).any():
        return foreign
    if not isinstance(foreign.recipe, Recipe):
        raise IncompatibleError(
            f"explain compares Wald intervals of a {foreign.model.title}; got intervals= with {kind!r}. Leave it out."
        )
    recipe: Any = replace(foreign.recipe, interval=kind)
    made = recipe.numbers(foreign.numbers.estimate)
    return replace(foreign, recipe=recipe, numbers=foreign.numbers._replace(lower=made.lower, upper=made.upper))


def _explained(a: Foreign, b: Foreign) -> Explanation:
    import pandas as pd

    names = list(dict.fromkeys(plain_name(name) for f in (a, b) for name in f.names))
    unit = _units(a, b, names)
    start, end = vectors(a.names, a.numbers, names, unit), vectors(b.names, b.numbers, names, unit)
    gaps = {name: gap(start[name], end[name]) for name in QUANTITIES}
    reach = {name: largest(gaps[name]) for name in QUANTITIES}
    different = {name for name, value in reach.items() if value > SAME}
    title = f"{a.name} and {b.name}"
    if not np.isfinite(a.numbers.estimate).all() or not np.isfinite(b.numbers.estimate).all():
        return _without_numbers(a, b, reach)
    if not different:
        none = pd.DataFrame(columns=["cause", "words", *QUANTITIES])
        return Explanation((a.name, b.name), none, True, True, f"{title} are the same.", reach)
    for one in (a, b) if isinstance(a.recipe, Recipe) else ():
        one.model.rows.at_hand(
            "explain goes from one fit to the other over rows in memory",
            one.name,
            "Compare fits of a sample in memory.",
        )
    told: list[dict[str, Any]] = []
    last, pending, notes = start, [], []
    for cause, words, own, numbers in _states(a, b, notes):
        if numbers is None:
            pending.append((cause, words))
            continue
        now = vectors(own, numbers, names, unit)
        shares = {
            name: share(last[name], now[name], gaps[name]) if name in different else np.nan for name in QUANTITIES
        }
        causes = [*pending, (cause, words)]
        pending, last = [], {name: now[name] if np.isfinite(now[name]).any() else last[name] for name in QUANTITIES}
        if any(abs(share) > 1e-6 for share in shares.values() if np.isfinite(share)):
            cause = " and ".join(dict.fromkeys(c for c, _ in causes))
            told.append({"cause": cause, "words": "; ".join(dict.fromkeys(w for _, w in causes))} | shares)
    rows = _merged(pd.DataFrame(told, columns=["cause", "words", *QUANTITIES]))
    left = rows[[UNKNOWN in cause for cause in rows["cause"]]]
    ok = bool((left[list(QUANTITIES)].abs().fillna(0.0).to_numpy() <= 0.01).all())
    return Explanation((a.name, b.name), rows, False, ok, _sentence(title, rows, reach, different), reach, tuple(notes))


def _states(a: Foreign, b: Foreign, notes: list[str]) -> Any:
    """(cause, words, names, numbers) along the way; numbers are None where a refit has no maximum."""
    yield from steps_to_maximum(a, notes)
    near = a.numbers.estimate
    way, tried = (steps, TRIED) if isinstance(a.recipe, Recipe) else (steps_of_refits, TRIED_OF_REFITS)
    for cause, words, recipe in way(a, b):
        goal = b.numbers.estimate if len(b.numbers.estimate) == len(recipe.names) else near
        try:
            numbers = recipe.numbers(recipe.maximum(goal))
        except StattoolsError as error:
            notes.append(f"{cause}: {error.message.split('. ')[0]}.")
            numbers = None
        yield cause, words, recipe.names, numbers
    yield from steps_from_maximum(b, notes)
    yield UNKNOWN, f"no refit removes it; tried: {tried}", b.names, b.numbers


def _units(a: Foreign, b: Foreign, names: list[str]) -> Floats:
    """A standard error for every name, the smaller of those that the two points give."""
    unit = np.full(len(names), np.nan)
    for foreign in (a, b):
        try:
            se = foreign.recipe.plain.se(foreign.numbers.estimate)
        except (StattoolsError, ValueError):
            continue
        for name, value in zip(foreign.names, se, strict=True):
            place = names.index(plain_name(name))
            unit[place] = np.fmin(unit[place], value)
    return np.where(np.isfinite(unit) & (unit > 0), unit, 1.0)


def _merged(rows: Any) -> Any:
    """Causes that come twice, as a penalty that goes off and on, as one."""
    if not len(rows):
        return rows
    shares = {name: (name, lambda part: part.sum(min_count=1)) for name in QUANTITIES}
    made = rows.groupby("cause", sort=False).agg(words=("words", "; ".join), **shares).reset_index()
    least = [5e-4 if cause in (UNKNOWN, "not converged") else 1e-6 for cause in made["cause"]]
    big = made[list(QUANTITIES)].abs().gt(least, axis=0).any(axis=1)
    return made[big].reset_index(drop=True)


def _percent(share: float) -> str:
    return "—" if not np.isfinite(share) else f"{100.0 * share:.1f} %"


def _sentence(title: str, rows: Any, largest: dict[str, float], different: set[str]) -> str:
    parts = []
    for name in QUANTITIES:
        if name not in different:
            continue
        ranked = rows[rows[name].abs() > 0.005].sort_values(name, ascending=False, key=np.abs)
        why = ", ".join(
            f"{cause} {_percent(share)}" for cause, share in zip(ranked["cause"], ranked[name], strict=True)
        )
        how = f"by a ratio of up to {np.exp(largest[name]):.3g}" if name == "se" else f"by up to {largest[name]:.2g} se"
        word = {"se": "standard errors"}.get(name, name)
        parts.append(f"{word} differ {how} ({why or 'no cause found'})")
    return f"{title}: {'; '.join(parts)}."


def _without_numbers(a: Foreign, b: Foreign, largest: dict[str, float]) -> Explanation:
    """One of the fits is NaN: no difference to divide, but a cause."""
    import pandas as pd

    told = []
    for foreign in (a, b):
        if not np.isfinite(foreign.numbers.estimate).all():
            found = gather(foreign).serious
            told += [{"cause": one.cause, "words": f"{foreign.name}: {one.evidence}"} for one in found]
    rows = pd.DataFrame(told).assign(**dict.fromkeys(QUANTITIES, np.nan))
    causes = "; ".join(dict.fromkeys(rows["cause"]))
    sentence = f"{a.name} and {b.name} cannot be compared: one of them is not finite. Cause: {causes}."
    return Explanation((a.name, b.name), rows, False, False, sentence, largest)
