"""The checks of a fit as a table, by kinds of outcome; one that a fit has not stands under `unchecked` with its reason.

    series: serial correlation   max_k |r_k|, r_k the autocorrelation at lag k = 1 ... 10, or up to twice the period
            even variance        mean square of the last third / of the first third, or its inverse
            normal errors        the largest gap between shares and quantiles, as of a regression
    groups: influence            max over groups and fixed effects of |beta_k - beta_k without the group| / se_k

Source: Durbin & Koopman (2012), 2.12; Harvey (1989), 5.4; Christensen, Pearson & Johnson, Technometrics 34 (1992).

How far do estimates move without the rows that pull most? One step of Newton finds them, and a fit makes sure.

    theta - theta_(i) ~ w_i C s_i / (1 - h_i);   of log hazard ratios  w_i C U_i, U_i the score of row i

The residual scale is moved by (r_i^2 - 1) / sqrt(2 n) of its standard errors. For each coefficient, and each way, the
few rows that move it most are left out, at most 5, of 500 rows one, and the model is fitted again. The move is in
standard errors, the smaller of those with and without them. Source: Belsley, Kuh & Welsch, Regression Diagnostics
(1980), 2.1 (1 is the cutoff of R's `influence.measures`); Pregibon, Annals of Statistics 9 (1981), 705-724; Broderick,
Giordano & Meager, arXiv:2011.14999; Cain & Lange, Biometrics 40 (1984), 493-499; Reid & Crepeau, Biometrika 72 (1985).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from stattools.errors import ConvergenceError, DomainError, IdentificationError, IncompatibleError
from stattools.inference.covariance.covariance import spread_of
from stattools.inference.covariance.sandwich import RowScores
from stattools.inference.diagnostics import assumptions
from stattools.inference.diagnostics.check import LIMITS, LOOK, NO, OK, Check, LookedAt, Without, in_words, judged
from stattools.inference.diagnostics.goodness import calibration_check, discrimination
from stattools.inference.estimates import Estimates
from stattools.inference.existence.partial_likelihood import certified_partial
from stattools.inference.hypotheses.result import by_reason, several
from stattools.inference.penalties import maximize
from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.numerics.columns import weighted
from stattools.numerics.threads import one_blas_thread
from stattools.series.statespace.states import innovations
from stattools.solvers import LeastSquares, Newton
from stattools.solvers.softmax.maximum import large
from stattools.text.columns import many, number
from stattools.text.one_line import headline, prints
from stattools.text.page import Faces, Grid, Page

NAME = "influence"

OF_SCALE = 1.9
"""However far the scale moves, estimates do not: a look, and no more."""

FLAT = 30.0
"""A standard error that grows so many times belongs to a coefficient that has gone to infinity, or to no column."""

MOST, SHARE = 5, 500
"""So many rows are left out at most, one of so many."""


def influence(of: LookedAt) -> Check:
    """The move of the coefficient that moves farthest without the worst rows; rows elsewhere have to be at hand."""
    model, fit = of.model, of.fit
    if not model.facts.is_partial:
        of.require_errors()
        instead = "Fit a sample of them in memory."
        model.rows.at_hand("the rows that pull most are left out of a fit", model.title, instead)
    n = model.said.n if model.facts.is_partial else model.rows.n_used
    rows, _ = worst_rows(of, int(np.clip(n // SHARE, 1, MOST)))
    said = named(of.sandwich.work, rows)
    measure = f"standard errors moved without {many(len(rows), 'row')}, at least"
    advice = f"Without {said} there is no maximum: a coefficient rests on them alone. Look at them."
    unlimited = Check(NAME, measure, LIMITS[NAME].no, NO, advice)
    try:
        theta, se, scale = without(of, rows)
    except (IdentificationError, ConvergenceError, DomainError):
        return unlimited
    if not (fit.covariance.diagonal() > 0.0).all():
        raise IncompatibleError(f"a standard error of {model.title} with cov={fit.cov} is 0.")
    own = 1.0 if fit.cov != "information" else of.phi
    unit = np.minimum(np.sqrt(own * fit.covariance.diagonal()), se)
    if (se > FLAT * unit).any():
        return unlimited
    moves = (np.abs(of.theta - theta) / unit)[of.asked]
    which, farthest = of.asked[int(np.argmax(moves))], float(moves.max())
    found = Without(said, which, theta, se)
    apart = float(abs(np.log(fit.scale / scale)) * np.sqrt(2.0 * model.n)) if model.has_scale else 0.0
    if farthest <= LIMITS[NAME].look < apart:
        before, after = number(fit.scale, 4), number(scale, 4)
        advice = f"The residual scale goes from {before} to {after} without {said}, and standard errors with it: look."
        measure = f"standard errors that the residual scale moves without {said}"
        return judged(NAME, measure, apart, advice, size=min(apart, OF_SCALE), detail=found)
    name, before, after = model.names[which], number(of.theta[which], 4), number(theta[which], 4)
    advice = f"{name} goes from {before} to {after} without {said}: look at them, and report both."
    return judged(NAME, f"standard errors that {name} moves without {said}", farthest, advice, term=name, detail=found)


def worst_rows(of: LookedAt, count: int) -> tuple[NDArray[np.intp], float]:
    """The numbers of the rows that together move one coefficient most, by one step, and how far in standard errors."""
    model, asked = of.model, of.asked
    unit = np.sqrt(of.fit.covariance.diagonal()[asked])
    sandwich, weight = of.sandwich, of.sandwich.work.rows.weight

    def moves(kind: str) -> Iterator[Floats]:
        return (weighted(of_rows, weight) / unit[part] for part, of_rows in sandwich.along(asked, kind))

    try:
        each = _farthest(moves("HC0" if model.facts.is_partial else "HC3"), count)
    except DomainError:  # a row alone fixes a coefficient
        each = _farthest(moves("HC0"), count)
    if model.has_scale:
        gap = model.rows.y - model.eta(of.theta)
        squares = weighted(gap * gap, model.rows.precision) / of.fit.scale**2
        of_scale = weighted((squares - 1.0) / np.sqrt(2.0 * model.n), model.rows.weight)[:, None]
        each += [(min(size, OF_SCALE), rows) for size, rows in _farthest([of_scale], count)]
    size, rows = max(each, key=lambda one: one[0])
    return rows, size


def _farthest(parts: Iterable[Floats], count: int) -> list[tuple[float, NDArray[np.intp]]]:
    """For each way, the largest sum of moves of a coefficient, (n, some) of which are in a part, that a few rows make,
    and these rows.
    """
    best = [(-np.inf, np.empty(0, dtype=np.intp))] * 2
    for moves in parts:
        for k, way in enumerate((moves, -moves)):
            sums = np.partition(way, max(len(way) - count, 0), axis=0)[-count:].sum(axis=0)
            column = int(np.argmax(sums))
            if sums[column] > best[k][0]:
                first = np.argsort(-way[:, column], kind="stable")[:count]  # of equal ones the first
                best[k] = float(sums[column]), np.sort(first[way[first, column] > 0.0])
    return best


def without(of: LookedAt, rows: NDArray[np.intp]) -> tuple[Floats, Floats, float]:
    """Estimate, standard errors and scale of the same model where these rows weigh nothing; standard errors of counts
    and groups allow for overdispersion, which is a check of its own.
    """
    model, penalty = of.model, of.fit.penalty
    if model.facts.is_partial:
        rest: Any = model.taken(np.delete(np.arange(model.said.n), rows))
    else:
        weight = np.ones(len(model.rows.X)) if model.rows.weight is None else model.rows.weight.copy()
        weight[rows] = 0.0
        rest = replace(model, rows=replace(model.rows, weight=weight), start=of.theta)
    if penalty is not None:
        solver = None if model.facts.is_partial or large(model) else Newton()  # whose information says the variances
        solution: Any = maximize(rest, penalty, solver)
    elif model.facts.is_partial:
        solution = certified_partial(rest, Newton())[1]
    else:
        solution = (LeastSquares() if model.has_scale else Newton()).solve(rest)
    if not solution.converged or not np.isfinite(solution.estimate).all():
        raise ConvergenceError(f"The maximum of {model.title} without some rows was not reached.")
    square = rest.dispersion(solution.estimate)
    variance = solution.covariance.diagonal() * square
    if not (np.isfinite(variance) & (variance > 0.0)).all():
        raise ConvergenceError(f"The maximum of {model.title} without some rows is flat.")
    spread = None if model.facts.is_partial else spread_of(rest, solution.estimate)
    phi = 1.0 if spread is None else max(spread.ratio, 1.0)
    return solution.estimate, np.sqrt(phi * variance), float(np.sqrt(square))


def named(model: Model | RowScores, rows: NDArray[np.intp]) -> str:
    """The rows by the labels of their table's index, or by their numbers in it, counting from 0."""
    labels = rows if model.kept is None else model.kept[rows].tolist()
    said = [str(label) for label in (labels if model.index is None else model.index[rows])]
    return f"row{'' if len(said) == 1 else 's'} {', '.join(said)}"


CHECKS: dict[str, Callable[[LookedAt], Check | None]] = {
    "maximum": assumptions.certificate,
    "proportional hazards": assumptions.proportional,
    "overdispersion": assumptions.overdispersion,
    "zeros": assumptions.zeros,
    "heteroskedasticity": partial(assumptions.standard_errors, name="heteroskedasticity"),
    "robust errors": partial(assumptions.standard_errors, name="robust errors"),
    "autocorrelation": assumptions.autocorrelation,
    "influence": influence,
    "collinearity": assumptions.collinearity,
    "link": assumptions.link,
    "form": assumptions.form,
    "calibration": calibration_check,
    "discrimination": discrimination,
    "distribution": assumptions.distribution,
}
"""What is looked at, by name; a function answers None where there is nothing to look at."""

OF_PARTIAL = ("maximum", "influence", "collinearity", "link", "form")

OF_ALL, OF_TIMES = (*OF_PARTIAL, "autocorrelation"), (*OF_PARTIAL, "proportional hazards")

NUMBERS, LABELS = ("heteroskedasticity", "distribution"), ("robust errors", "calibration", "discrimination")

OF_OUTCOME: dict[Outcome, tuple[str, ...]] = {
    Outcome.REAL: NUMBERS,
    Outcome.POSITIVE: NUMBERS,
    Outcome.UNIT: NUMBERS,
    Outcome.COUNT: ("overdispersion", "zeros", "robust errors", "distribution"),
    Outcome.TRIALS: ("overdispersion", *LABELS, "distribution"),
    Outcome.BINARY: LABELS,
    Outcome.ORDERED: LABELS,
    Outcome.CATEGORY: LABELS,
    Outcome.TIME: ("robust errors",),  # of a censored time neither mean nor distribution is seen
}
"""What goes with each kind of outcome, beside what goes with all."""


@prints
class Looked(NamedTuple):
    """The checks, and those that could not be made, each with the reason."""

    checks: tuple[Check, ...]
    unchecked: dict[str, str]


def checks_of(fit: Estimates, order: object = None) -> Looked:
    """The checks of a fit of a regression, in the order of `CHECKS`.

    >>> import stattools as st
    >>> found = checks_of(st.fit(st.ols([1.0, 2.0, 4.0, 3.0, 5.0], [0.0, 1.0, 2.0, 3.0, 4.0])))
    >>> [one.check for one in found.checks if one.verdict != "ok"]
    []
    """
    with one_blas_thread():
        if not fit.model.facts.is_partial:
            of = LookedAt(fit, assumptions.order_of(fit.model, order))
            names = (*OF_ALL, *OF_OUTCOME[of.likelihood.outcome])
        elif order is not None:
            title = fit.model.title
            raise IncompatibleError(f"rows of {title} follow each other in no order; leave order= out of check.")
        else:  # matched sets have no times
            of, names = LookedAt(fit), OF_TIMES if len(np.unique(fit.model.said.time)) > 1 else OF_PARTIAL
        return looked({name: partial(check, of) for name, check in CHECKS.items() if name in names}, fit.model.title)


def looked(checks: Mapping[str, Callable[[], Check | None]], title: str) -> Looked:
    """The checks by name of a fit of a model called `title`, and the reasons of those that could not be made."""

    def one(check: Callable[[], Check | None]) -> Check | None:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # told below
            found = check()
        if found is not None and not np.isfinite([found.value, found.p_value or 0.0]).all():
            raise IncompatibleError(f"numbers of {title} are beyond float64. Change the units of its columns.")
        return found

    made, unchecked = several({name: partial(one, check) for name, check in checks.items()})
    return Looked(tuple(found for found in made.values() if found is not None), unchecked)


FEWEST = 15
"""Errors that are needed to see anything."""


def checks_of_series(fit: Estimates) -> Looked:
    """The checks of the fit of a series.

    >>> import stattools as st
    >>> y = np.cumsum(np.random.default_rng(1).normal(size=80))
    >>> [one.check for one in checks_of_series(st.fit(st.local_level(y))).checks]
    ['maximum', 'serial correlation', 'even variance', 'normal errors']
    """
    model, e = fit.model, errors_of(fit)
    if len(e) < FEWEST:
        raise DomainError(f"check looks at one-step errors, and needs {FEWEST} or more; {model.title} has {len(e)}.")
    period = model.components.period if model.facts.has_states else None
    checks = {
        "maximum": partial(assumptions.certificate, LookedAt(fit)),
        "serial correlation": partial(_serial, e, 2 * (period or 0)),
        "even variance": partial(_even, e),
        "normal errors": partial(_normal, e),
    }
    return looked(checks, model.title)


def errors_of(fit: Estimates) -> Floats:
    """The one-step errors in their standard deviations, without those that are not there."""
    model = fit.model
    if model.facts.has_states:
        e = innovations(model, fit.estimate)["standardized"].to_numpy()
        return e[np.isfinite(e)]
    e = model.filtered(fit.estimate)["error"].to_numpy()
    e = e[np.isfinite(e)]
    return e / np.sqrt(float(e @ e) / len(e))


def _serial(e: Floats, at_least: int) -> Check:
    c = e - e.mean()
    lags = min(max(assumptions.LAGS, at_least), len(e) // 5)
    r = np.array([c[k:] @ c[:-k] for k in range(1, lags + 1)]) / (c @ c)
    worst = int(np.argmax(np.abs(r)))
    advice = (
        f"Errors are correlated {number(float(r[worst]), 2)} with those {worst + 1} steps before: the model misses "
        "something that repeats or lasts, such as a trend or a season, and its intervals are wrong."
    )
    measure, p_value = "largest autocorrelation of one-step errors", assumptions.of_series(c, lags)[1]
    return judged("serial correlation", measure, abs(r[worst]), advice, p_value=p_value)


def _even(e: Floats) -> Check:
    h = max(round(len(e) / 3), 1)
    ratio = float((e[-h:] ** 2).sum() / (e[:h] ** 2).sum())
    p_value = 2.0 * min(float(special.fdtr(h, h, ratio)), float(special.fdtrc(h, h, ratio)))
    advice = (
        "Errors are larger at one end than at the other: intervals of forecasts are those of their average. Take "
        "logarithms, or a shorter series."
    )
    measure = "variance of the last third of one-step errors / that of the first"
    return judged("even variance", measure, ratio, advice, size=max(ratio, 1.0 / ratio), p_value=p_value)


def _normal(e: Floats, name: str = "normal errors") -> Check:
    """The gap between the distribution of errors, or of residuals, and the normal one."""
    spread = e.std(ddof=1)
    u = special.ndtr((e - e.mean()) / (spread if spread > 0.0 else 1.0))
    total = (u[:, None] <= assumptions.LEVELS).sum(axis=0).astype(float)
    return assumptions.of_shares(total, np.full(len(assumptions.LEVELS), float(len(e))), name, is_normal=True)


COLUMNS = ("check", "value", "verdict", "advice", "measure")


class CheckTable(Faces, pd.DataFrame):
    """One row per check: check, value, verdict ("ok", "look" or "no"), advice (empty where it is ok), measure (what the
    value is). What is not ok stands first.

    Several fits have a column `category` before these. It is a pandas frame, and `print` shows it with its advice as a
    page. `attrs` have "unchecked", the reason for each check that could not be made, "limits", the sizes above which a
    check says look and no, and "p_value", how often chance makes such a size. What is taken from it, and `table()`, are
    plain frames.
    """

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def table(self) -> pd.DataFrame:
        """The plain frame."""
        return pd.DataFrame(self)

    @property
    def _counts(self) -> str:
        verdicts = list(self["verdict"])
        return ", ".join(f"{verdicts.count(one)} {one}" for one in (NO, LOOK, OK) if one in verdicts)

    def _headline(self) -> str:
        return headline(self, "", self.attrs["subject"], self._counts)

    def _page(self) -> Page:
        chance = self.attrs["p_value"]
        rows = []
        for row in self.to_dict("records"):
            key, value = _key(row.get("category", ""), row["check"]), float(row["value"])
            shown = number(round(value, 4), 4) if abs(value) >= 5e-5 or not value else number(value, 1)
            rows.append([key, shown, row["verdict"], in_words(row["measure"], row["advice"], chance.get(key))])
        reasons = by_reason(self.attrs["unchecked"])
        unchecked = [f"Not checked: {', '.join(names)}. Reason: {why}" for why, names in reasons.items()]
        body = Grid(("check", "value", "verdict", "what it is, what to do"), rows, "lrlp")
        title = f"Checks of {self.attrs['subject']}: {self._counts}"
        return Page(title, "", body, *([""] if unchecked else []), *unchecked)


def check_table(looked: Mapping[str, Looked], subject: str) -> CheckTable:
    """The table of checks and of what could not be checked, by category, or under "" where there is one fit."""
    rows = [(label, one) for label, found in looked.items() for one in found.checks]
    rows.sort(key=lambda row: (NO, LOOK, OK).index(row[1].verdict))
    several = {"category": [label for label, _ in rows]} if set(looked) != {""} else {}
    made = CheckTable(several | {name: [getattr(one, name) for _, one in rows] for name in COLUMNS})
    unchecked = {_key(label, name): why for label, found in looked.items() for name, why in found.unchecked.items()}
    made.attrs["unchecked"] = unchecked
    made.attrs["limits"] = {one.check: tuple(LIMITS[one.check][:2]) for _, one in rows}
    chance = {_key(label, one.check): one.p_value for label, one in rows}
    made.attrs["p_value"] = {key: float(p) for key, p in chance.items() if p is not None}
    made.attrs["subject"] = subject
    return made


def _key(label: str, check: str) -> str:
    return f"{label}: {check}" if label else check


def check(fit: Any, order: object = None) -> CheckTable:
    """The table of the checks of a fit: see `stattools.Fit.check`.

    >>> import stattools as st
    >>> table = {"y": [1.0, 3.0, 4.0, 6.0, 7.0, 9.0], "x": [0, 1, 2, 0, 1, 2], "g": ["a", "a", "a", "b", "b", "b"]}
    >>> check(st.fit(st.linear_mixed("y ~ x + (1 | g)", table))).check.tolist()
    ['maximum', 'influence', 'distribution']
    """
    model = fit.model
    if not model.facts.is_mixed and not model.facts.is_series:
        return check_table({"": checks_of(fit, order)}, model.formula or model.title)
    if order is not None and model.facts.is_mixed:
        raise IncompatibleError(f"check of {model.title} looks at groups, whose rows have no order; leave order= out.")
    if order is not None:
        raise IncompatibleError(f"check looks at {model.title} in the order that its series has; leave order= out.")
    if not model.facts.is_mixed:
        return check_table({"": checks_of_series(fit)}, model.title)
    checks: dict[str, Callable[[], Check]] = {"maximum": partial(assumptions.certificate, LookedAt(fit))}
    if not model.smooths:  # a group's part of a curve is not known
        checks["influence"] = partial(_group_influence, fit)
    if model.has_scale:
        checks["distribution"] = lambda: _normal(
            np.asarray(fit.residuals_of("pearson", align=False), dtype=float), "distribution"
        )
    return check_table({"": looked(checks, model.title)}, model.formula)


def _group_influence(fit: Any) -> Check:
    worst = (-1.0, "", "", 0.0)
    for group in dict.fromkeys(term.group for term in fit.model.random):
        frame = fit.group_influence(group)
        for name, se in zip(fit.names, fit.se, strict=True):
            moves = frame[f"se_{name}"].to_numpy()
            there = np.flatnonzero(np.isfinite(moves))
            if len(there):
                k = int(there[np.argmax(np.abs(moves[there]))])
                of = f"{group} {frame['level'].iloc[k]}"
                worst = max(worst, (abs(float(moves[k])), of, name, float(moves[k] * se)))
    value, of, name, fall = worst
    at = float(fit.estimate[fit.names.index(name)]) if name else 0.0
    advice = (
        f"{name} goes from {number(at, 4)} to {number(at - fall, 4)} without {of}: look at that group, and report both."
    )
    return judged("influence", f"standard errors that {name} moves without {of}", max(value, 0.0), advice, term=name)
