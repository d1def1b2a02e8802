"""The hazard shared by rows in Cox's regression, what it expects of rows, residuals, concordance, proportional hazards.

    H(t | x) = exp((x - c) beta) sum over t_k <= t of sum over l of 1 / phi_kl            S = exp(-H)
    Var H    = exp(2 (x - c) beta) sum of 1 / phi^2 + q' V q,   q = sum of exp((x - c) beta) (x - m_kl) / phi_kl
    C = (concordant + ties of risk / 2) / all pairs,    an event at t_i is compared with j at risk then and longer
    beta(t) = beta + theta g(t):   u = sum over events of g(t) (x - m(t)),   information of sums of V, g V, g^2 V

c are the means of the columns, phi_kl what is at risk at the l-th event of time t_k (Efron, Breslow), m_kl the mean of
x then; the standard error of C is the infinitesimal jackknife's, its counts by sorting, in O(n log^2 n).

| residual | what it is, and what it shows |
|---|---|
| martingale | event seen (0 or 1) less the number expected while at risk: the form of a column, by smoothing over it |
| deviance | sign(M) sqrt(-2 (M + died log(died - M))), more symmetric: rows that are far off |
| score | what each row says about each coefficient: influence, and robust standard errors |
| schoenfeld | of each event x less the mean of those at risk: a trend in time is a hazard that is not proportional |

Source: Tsiatis (1981); Therneau & Grambsch (2000), 10.2; Therneau, Grambsch & Fleming, Biometrika 77 (1990);
Schoenfeld, Biometrika 69 (1982); Harrell (1982); Therneau & Watson, "The concordance statistic and the Cox model"
(2015); Grambsch & Therneau, Biometrika 81 (1994), 515-526: the exact score test, R's cox.zph since survival 3.0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtri, xlogy

from stattools.data.design.design import TermSpaces
from stattools.data.tables.columns import missing
from stattools.data.tables.table import ARRAYS, Places, index_of, origin_of, table
from stattools.errors import DomainError, IdentificationError, IncompatibleError
from stattools.inference.hypotheses.result import not_made, several
from stattools.inference.prediction.predict import handed_out
from stattools.inference.survival.product_limit import BANDS, ProductLimit, first_below
from stattools.interface.arguments import require_level, some_numbers
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.partial_likelihood import (
    AtPoint,
    exposure,
    martingale,
    mean_at_events,
    on_all_rows,
    score_rows,
)
from stattools.models.survival.risk_sets import LifeTable
from stattools.numerics.sums import sums_to_the_end
from stattools.solvers.metric import Metric, undetermined


@record
class CoxBaseline:
    """The sums of one fit at its event times, of each stratum from the latest to the earliest."""

    model: CoxRegression
    theta: Floats
    covariance: Floats

    @cached_property
    def center(self) -> Floats:
        """The means of the columns over all rows."""
        return np.average(self.model.X, axis=0, weights=self.model.said.weights)

    @cached_property
    def last(self) -> float:
        """The time until which a row is at risk."""
        return float(self.model.said.time.max())

    @cached_property
    def sums(self) -> tuple[Floats, Floats, Floats]:
        """At each event time the sums up to it of 1 / phi, of 1 / phi^2 and of (m - c) / phi, (p, m)."""
        model = self.model
        at, sets = model.at(self.theta), model.sets
        terms, first = at.terms, sets.first
        row = sets.starts[first]  # a row of each stratum tells by how much its columns were moved
        moved = model.X[sets.rows[row]].T - model.Z[:, row] - self.center[:, None]
        scale = np.exp(-self.theta @ moved - at.shift[row])  # of 1 / phi, from the shift of the stratum to the center
        each = np.repeat(scale, np.diff(np.append(first, sets.m)))
        away = np.repeat(moved, np.diff(np.append(first, sets.m)), axis=1)
        means = (exposure(at) + away * terms.hazard) * each
        hazard = sums_to_the_end(terms.hazard * each, first)
        return hazard, sums_to_the_end(terms.squares * each**2, first), sums_to_the_end(means, first)

    def steps(self, stratum: int) -> NDArray[np.intp]:
        """The numbers of the event times of a stratum, the earliest first."""
        sets = self.model.sets
        return np.flatnonzero(sets.stratum == stratum)[::-1]

    def curve(self, stratum: int) -> tuple[Floats, Floats]:
        """Event times and the cumulative hazard at the means of the columns."""
        k = self.steps(stratum)
        return self.model.sets.times[k], self.sums[0][k]

    def hazards(self, x: Floats, stratum: int, times: Floats) -> tuple[Floats, Floats]:
        """The cumulative hazard of rows x (r, p) at the times, and its standard error, (r, times)."""
        k = self.steps(stratum)
        place = np.searchsorted(self.model.sets.times[k], times, side="right")
        hazard, square, means = (
            np.append(np.zeros((*part.shape[:-1], 1)), part[..., k], axis=-1)[..., place] for part in self.sums
        )
        away = x - self.center
        risk = np.exp(away @ self.theta)[:, None]
        q = away[:, :, None] * hazard - means
        error = np.einsum("rit,ij,rjt->rt", q, self.covariance, q)
        return risk * hazard, risk * np.sqrt(np.maximum(square + error, 0.0))


def survival_ends(hazard: Floats, se: Floats, z: float, band: str) -> tuple[Floats, Floats]:
    """The ends of S = exp(-H): se is that of log S."""
    S = np.exp(-hazard)
    return BANDS[band](S, se * se, -z), BANDS[band](S, se * se, z)


PREDICTION_KINDS = ("hazard_ratio", "survival", "median", "link", "cumulative_hazard")

BY_TIME = ("survival", "cumulative_hazard")


def cox_predictions(
    baseline: CoxBaseline,
    data: object,
    kind: str,
    times: ArrayLike | None,
    interval: float | None,
    band: str,
    align: bool,
) -> Any:
    """See `CoxFit.predict`."""
    model = baseline.model
    kind = one_of(kind, PREDICTION_KINDS, f"{model.title} predicts kind= {{}}", IncompatibleError)
    band = one_of(band, BANDS, "predict has band= {}")
    if interval is not None:
        require_level(interval)
    if times is not None and kind not in BY_TIME:
        raise IncompatibleError(f'times= belong to kind="survival" and "cumulative_hazard"; got kind={kind!r}.')
    z = None if interval is None else -float(ndtri(0.5 * (1.0 - interval)))
    x, places = _rows(model, data)
    if kind in BY_TIME:
        asked = _asked(baseline, times)
        return places.frame(_by_time(baseline, x, _strata(model, data), asked, kind, z, band), ["row", "time"])
    is_median = kind == "median"
    found = _medians(baseline, x, _strata(model, data), z, band) if is_median else _ratios(baseline, x, kind, z)
    return handed_out(places, found if z is not None else found[kind].to_numpy(), kind, align, is_bare=z is None)


def _rows(model: CoxRegression, data: object) -> tuple[Floats, Places]:
    """The columns of the rows of the fit, or of new ones, and where they are in their table."""
    if data is None:
        return model.X, model.places
    X = model.design.encode(data)
    kept = [k for k, name in enumerate(model.design.names) if name != "Intercept"]
    return X[:, kept], Places(len(X), None, origin_of(data, index=index_of(data)) or ARRAYS)


def _strata(model: CoxRegression, data: object) -> NDArray[np.intp]:
    """The stratum of each row; new rows need the columns that the strata were."""
    if not model.strata:
        return np.zeros(len(model.X) if data is None else table(data).n, dtype=np.intp)
    if data is None:
        return model.said.labels["strata"][0]
    names = model.said.asked["strata"]
    if names == ("strata=",):
        raise IncompatibleError(
            f"{model.title} had its strata as an array, which new rows do not have: give the name of a column as "
            "strata= of st.cox."
        )
    frame = table(data)
    for name in names:
        if (gaps := missing(frame.column(name))).any():
            raise DomainError(f"the stratum {name!r} has no value in row {int(np.argmax(gaps))}.")
    columns = [frame.column(name).tolist() for name in names]
    each = columns[0] if len(names) == 1 else list(zip(*columns, strict=True))
    known = {label: k for k, label in enumerate(model.strata)}
    if (unseen := next((label for label in each if label not in known), None)) is not None:
        raise DomainError(f"the stratum {unseen!r} was not there when the model was fitted: it has no baseline.")
    return np.array([known[label] for label in each], dtype=np.intp)


def _asked(baseline: CoxBaseline, times: ArrayLike | None) -> Floats:
    """The times that were asked for, those of all events for None; none after the last row was at risk."""
    if times is None:
        return np.unique(baseline.model.sets.times)
    asked = some_numbers(times, "times= of predictions are numbers")
    if (asked > (last := baseline.last)).any():
        raise DomainError(f"the last row is at risk until {last:g}: nothing is known of {asked.max():g}.")
    return asked


def _by_time(
    baseline: CoxBaseline, x: Floats, strata: NDArray[np.intp], times: Floats, kind: str, z: float | None, band: str
) -> pd.DataFrame:
    """One line per row and time: row, time, the value, lower, upper."""
    H, se = np.empty((len(x), len(times))), np.empty((len(x), len(times)))
    for stratum in np.unique(strata):
        here = strata == stratum
        H[here], se[here] = baseline.hazards(x[here], int(stratum), times)
    columns = {"row": np.repeat(np.arange(len(x)), len(times)), "time": np.tile(times, len(x))}
    columns[kind] = (np.exp(-H) if kind == "survival" else H).ravel()
    if z is not None:
        lower, upper = survival_ends(H, se, z, band)
        if kind == "cumulative_hazard":
            with np.errstate(divide="ignore"):  # a band of survival that ends at 0
                lower, upper = -np.log(upper), -np.log(lower)
        columns |= {"lower": lower.ravel(), "upper": upper.ravel()}
    return pd.DataFrame(columns)


def _medians(baseline: CoxBaseline, x: Floats, strata: NDArray[np.intp], z: float | None, band: str) -> pd.DataFrame:
    found = np.empty((3, len(x)))
    for stratum in np.unique(strata):
        here = strata == stratum
        times = baseline.curve(int(stratum))[0]
        H, se = baseline.hazards(x[here], int(stratum), times)
        ends = survival_ends(H, se, 0.0 if z is None else z, band)
        found[:, here] = [[first_below(times, row, 0.5) for row in S] for S in (np.exp(-H), *ends)]
    names = ("median", "lower", "upper") if z is not None else ("median",)
    return pd.DataFrame(dict(zip(names, found, strict=False)))


def _ratios(baseline: CoxBaseline, x: Floats, kind: str, z: float | None) -> pd.DataFrame:
    """Linear predictors against the means of the columns, or their exponentials."""
    away = x - baseline.center
    link = away @ baseline.theta
    columns = {kind: link}
    if z is not None:
        variance = np.einsum("ri,ij,rj->r", away, baseline.covariance, away)
        half = z * np.sqrt(np.maximum(variance, 0.0))  # below 0 by round-off near the means of columns far from 0
        columns |= {"lower": link - half, "upper": link + half}
    return pd.DataFrame({name: np.exp(v) if kind == "hazard_ratio" else v for name, v in columns.items()})


RESIDUAL_KINDS = ("martingale", "deviance", "score", "schoenfeld")


def cox_residuals(model: CoxRegression, theta: Floats, kind: str, align: bool) -> Floats | pd.DataFrame:
    """See `CoxFit.residuals_of`."""
    kind = one_of(kind, RESIDUAL_KINDS, f"{model.title} has residuals of kind {{}}", IncompatibleError)
    if model.exact is not None and kind in ("score", "schoenfeld"):
        raise IncompatibleError(
            f'{kind} residuals take the events of a tie one by one, which ties="exact" does not; fit with ties="efron".'
        )
    at = model.at(theta)
    if kind == "schoenfeld":
        return _of_events(model, at)
    if kind == "score":
        scores = on_all_rows(score_rows(at), at, model.said.n).T
        return handed_out(model.places, scores, "residual", align, columns=model.names)
    M = on_all_rows(martingale(at), at, model.said.n)
    died = model.said.event.astype(float)
    if kind == "deviance":
        M = np.sign(M) * np.sqrt(np.maximum(-2.0 * (M + xlogy(died, died - M)), 0.0))
    return handed_out(model.places, M, "residual", align)


def _of_events(model: CoxRegression, at: AtPoint) -> pd.DataFrame:
    """One line per event: row of the table, [stratum,] time, and a column for each coefficient."""
    sets = model.sets
    died = np.flatnonzero(sets.died)
    died = died[np.lexsort((sets.rows[died], sets.times[sets.joins[died]], sets.stratum[sets.joins[died]]))]
    residual = at.X[:, died] - mean_at_events(at)[:, sets.joins[died]]
    columns: dict[str, Any] = {"row": model.said.rows[sets.rows[died]]}
    if model.strata:
        columns["stratum"] = [model.strata[k] for k in sets.stratum[sets.joins[died]]]
    columns["time"] = sets.times[sets.joins[died]]
    return pd.DataFrame(columns | dict(zip(model.names, residual, strict=True)))


Ints = NDArray[np.intp]

ROUND_OFF = 1e-12
"""Linear predictors nearer than this, as a share of the largest, are the same."""


@record
class Concordance:
    """`estimate` and its `se`, and the pairs that were counted."""

    estimate: float
    se: float
    concordant: float
    discordant: float
    tied: float


def concordance(
    risk: Floats, time: Floats, event: NDArray[np.bool_], entry: Floats | None, weights: Floats | None, strata: Ints
) -> Concordance:
    """Pairs of the same stratum; DomainError where no two rows can be compared."""
    n = len(risk)
    weight = np.ones(n) if weights is None else weights
    values, rank = np.unique(time, return_inverse=True)
    ends = 2 * rank + ~event  # those censored at a time are longer than those with the event
    begins = np.full(n, -1) if entry is None else 2 * np.searchsorted(values, entry, side="right") - 1
    high = levels(risk)
    wide, tall = 2 * len(values) + 2, int(high.max()) + 2
    ends, begins, high = strata * wide + ends, strata * wide + begins, strata * tall + high
    whole = strata * tall + tall - 1
    own = np.where(event, weight, 0.0)

    def after(limit: Ints) -> Floats:
        """For each row with the event: who is longer, at risk then, and has a risk below the limit."""
        found = below(-ends, high, weight, -ends, limit) - below(-begins, high, weight, -ends, limit)
        found -= below(-ends, high, weight, -ends, strata * tall) - below(-begins, high, weight, -ends, strata * tall)
        return np.where(event, found, 0.0)

    def before(limit: Ints, sign: int) -> Floats:
        """For each row: who had the event before, while it was at risk, with a risk beyond the limit."""
        return below(ends, sign * high, own, ends, sign * limit) - below(
            ends, sign * high, own, begins + 1, sign * limit
        )

    less, up_to, every = after(high), after(high + 1), after(whole)
    higher = before(high, -1) - before(strata * tall + tall, -1)
    lower = before(high, 1) - before(strata * tall, 1)
    all_before = before(strata * tall - 1, -1) - before(strata * tall + tall, -1)
    credit = less + 0.5 * (up_to - less) + higher + 0.5 * (all_before - higher - lower)
    pairs = every + all_before
    total = float((own * every).sum())
    if total <= 0.0:
        raise DomainError("no two rows can be compared: no event comes while another row is still at risk after it.")
    concordant, tied = float((own * less).sum()), float((own * (up_to - less)).sum())
    C = (concordant + 0.5 * tied) / total
    moves = (credit - C * pairs) / total
    return Concordance(C, float(np.sqrt((weight * moves * moves).sum())), concordant, total - concordant - tied, tied)


def levels(risk: Floats) -> Ints:
    """The risks as whole numbers in their order; those that differ by round-off are one."""
    order = np.argsort(risk, kind="stable")
    apart = np.diff(risk[order]) > ROUND_OFF * float(np.abs(risk).max(initial=0.0))
    found = np.empty(len(risk), dtype=np.intp)
    found[order] = np.append(0, np.cumsum(apart))
    return found


def below(x: Ints, y: Ints, weight: Floats, qx: Ints, qy: Ints) -> Floats:
    """For each query the weight of all points with x < qx and y < qy.

    Points and queries in the order of x; for each bit of y, from the highest, those with the bit take the points before
    them that agree in all higher bits and have it not.

    >>> below(np.array([1, 2]), np.array([5, 6]), np.ones(2), np.array([2, 3]), np.array([7, 6])).tolist()
    [1.0, 1.0]
    """
    n, q = len(x), len(qx)
    _, key = np.unique(np.concatenate([2 * y + 1, 2 * qy]), return_inverse=True)
    order = np.lexsort((np.repeat([1, 0], [n, q]), np.concatenate([x, qx])))  # queries before points of the same x
    key, mass = key[order], np.concatenate([weight, np.zeros(q)])[order]
    found = np.zeros(n + q)
    for bit in range(int(key.max()).bit_length() - 1, -1, -1):
        group = key >> (bit + 1)
        by = np.argsort(group, kind="stable")
        has = ((key >> bit) & 1)[by] == 1
        given = np.where(has, 0.0, mass[by])
        total = np.cumsum(given)
        first = np.flatnonzero(np.diff(group[by], prepend=-1))
        start = np.repeat(total[first] - given[first], np.diff(np.append(first, n + q)))
        found[by] += np.where(has, total - start, 0.0)
    answer = np.empty(n + q)
    answer[order] = found
    return answer[n:]


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
    transform = one_of(transform, CLOCKS, f"proportional_hazards has transform= {', '.join(CLOCKS)}")
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

    def row(name: str, columns: list[int]) -> dict[str, object]:
        own, at = u[columns], np.ix_(columns, columns)
        left = C[at] - B[columns] @ np.linalg.solve(A, B[:, columns])
        whole = np.maximum(A[at].diagonal(), C[at].diagonal())  # the clock g has a mean square of 1
        if undetermined(left, whole) is not None:
            which = "some term" if name == ALL else name
            raise IdentificationError(f"the events do not tell a change of {which} with time from its effect.")
        statistic = Metric(left).norm(own) ** 2
        p_value = float(chdtrc(len(columns), statistic))
        return {"term": name, "statistic": statistic, "df": len(columns), "p_value": p_value}

    names, terms = list(model.names), TermSpaces(model.design.parsed, model.design.names, model.design.levels)
    each = {
        term.text: [names.index(model.design.names[k]) for k in columns]
        for term, columns in zip(terms.terms, terms.columns, strict=True)
    } | {ALL: list(range(len(u)))}
    made, unmade = several({name: partial(row, name, columns) for name, columns in each.items()})
    found = pd.DataFrame(list(made.values()))
    if unmade:
        found.attrs["note"] = not_made(unmade)
    found.attrs["transform"] = transform
    return found
