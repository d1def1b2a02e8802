"""Are hazards proportional? The score test of coefficients that change with time, beta(t) = beta + theta g(t).

    u = sum over events of g(t) (x - m(t)),   information of (beta, theta): sums over event times of V, g V, g^2 V

V is the covariance of x over those at risk, g a function of time less its mean over the events. Source: Grambsch &
Therneau, Biometrika 81 (1994), 515-526; this is the exact score test, R's cox.zph since survival 3.0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from scipy.special import chdtrc

from stattools.data.term_spaces import TermSpaces
from stattools.errors import DomainError, IdentificationError, IncompatibleError, quoted
from stattools.inference.hypotheses.several import not_made, several
from stattools.inference.survival.product_limit import ProductLimit
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.life_table import LifeTable
from stattools.models.survival.row_scores import mean_at_events
from stattools.solvers.metric import Metric, undetermined

Clock = Callable[[CoxRegression, Floats], Floats]


def _shares(model: CoxRegression, times: Floats) -> Floats:
    """1 - S just before each time, S of Kaplan and Meier."""
    said = model.said
    curve = ProductLimit(LifeTable.of(said.time, said.event, said.entry, said.weights))
    return 1.0 - np.append(1.0, curve.survival)[np.searchsorted(curve.table.times, times, side="left")]


def _ranks(model: CoxRegression, times: Floats) -> Floats:
    """Mean ranks among the times of all rows."""
    said = model.said
    weights = np.ones(said.n, dtype=np.intp) if said.weights is None else said.weights.astype(np.intp)
    known, place = np.unique(said.time, return_inverse=True)
    count = np.bincount(place, weights)
    return (np.cumsum(count) - 0.5 * (count - 1.0))[np.searchsorted(known, times)]


def _logs(model: CoxRegression, times: Floats) -> Floats:
    if times.min() <= 0.0:
        raise DomainError('proportional_hazards(transform="log") needs times above 0; an event is at 0.')
    return np.log(times)


CLOCKS: Mapping[str, Clock] = {
    "km": _shares,
    "rank": _ranks,
    "log": _logs,
    "identity": lambda model, times: times,
}


ALL = "GLOBAL"
"""The name of the test of all coefficients together."""


def proportional_hazards(model: CoxRegression, theta: Floats, transform: str) -> pd.DataFrame:
    """One row per term and one for all, "GLOBAL": term, statistic, df, p_value."""
    transform = word_of(transform, CLOCKS)
    if not is_one_of(transform, tuple(CLOCKS)):
        raise DomainError(f"proportional_hazards has transform= {', '.join(CLOCKS)}; got {quoted(transform)}.")
    if model.exact is not None:
        raise IncompatibleError(
            'proportional_hazards adds up the events of a tie one by one, which ties="exact" does not; fit with '
            'ties="efron".'
        )
    work, T = model.standardized()
    at, sets = work.at(np.linalg.solve(T, theta)), model.sets
    g = CLOCKS[transform](model, sets.times)
    g = g - np.average(g, weights=sets.deaths)
    spread = float(np.sqrt(np.average(g * g, weights=sets.deaths)))
    if spread <= 1e-12 * max(float(np.abs(sets.times).max()), 1.0):
        raise DomainError("proportional_hazards needs events at two times or more.")
    g = g / spread
    dead = sets.sums_of_dead(work.Z * sets.weight)
    # In the coordinates of X, so that a term's columns are its own.
    back = np.linalg.solve(T, np.eye(len(T)))
    u = back.T @ ((dead - mean_at_events(at) * sets.deaths) @ g)
    A, B, C = (back.T @ at.information(by) @ back for by in (None, g, g * g))

    def row(name: str, columns: list[int]) -> dict[str, Any]:
        own, at = u[columns], np.ix_(columns, columns)
        left = C[at] - B[columns] @ np.linalg.solve(A, B[:, columns])
        whole = np.maximum(A[at].diagonal(), C[at].diagonal())  # the clock g has a mean square of 1
        if undetermined(left, whole) is not None:
            which = "some term" if name == ALL else name
            raise IdentificationError(f"the events do not tell a change of {which} with time from its effect.")
        statistic = Metric(left).norm(own) ** 2
        p_value = float(chdtrc(len(columns), statistic))
        return {"term": name, "statistic": statistic, "df": len(columns), "p_value": p_value}

    each = {**dict(_columns_of_terms(model)), ALL: list(range(len(u)))}
    made, unmade = several({name: partial(row, name, columns) for name, columns in each.items()})
    found = pd.DataFrame(list(made.values()))
    if unmade:
        found.attrs["note"] = not_made(unmade)
    found.attrs["transform"] = transform
    return found


def _columns_of_terms(model: CoxRegression) -> list[tuple[str, list[int]]]:
    """The terms of the formula and the numbers of their columns."""
    design, names = model.design, list(model.names)
    spaces = TermSpaces(design.parsed, design.names, design.levels)
    return [
        (term.text, [names.index(design.names[k]) for k in columns])
        for term, columns in zip(spaces.terms, spaces.columns, strict=True)
    ]
