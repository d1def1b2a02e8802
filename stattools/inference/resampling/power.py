"""The power of a test by simulation, and the rows at which it has a wanted power.

    power = P(|b| > q se),   coverage = P(b - q se <= beta <= b + q se)
    several coefficients:  (b - 0)^T V^-1 (b - 0) > q,   (b - beta)^T V^-1 (b - beta) <= q

over outcomes drawn at coefficients that are taken for true, every fit the one that `st.fit` makes; a draw without a
maximum rejects nothing. A share of m draws has the standard error sqrt(s (1 - s) / (m + 4)), s = (hits + 2) / (m + 4).
Rows are found on the curve probit(power) = a + b sqrt(rows) through simulated shares, from a first guess by the
information at the truth. Source: Landau & Stahl, Statistical Methods in Medical Research 22 (2013), 324-345; Agresti &
Coull, The American Statistician 52 (1998).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.errors import REFUSALS, ConvergenceError, DomainError, IdentificationError, IncompatibleError, quoted
from stattools.inference.covariance import HAC, Cluster
from stattools.inference.fits.fit import Fit
from stattools.inference.fitting.many import replicated, together
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.inference.hypotheses.wald import coefficients_of
from stattools.inference.prediction.predict import outcomes
from stattools.inference.resampling.bootstrap import kind_of_failure
from stattools.interface.arguments import as_numbers, described, require_level, several, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.names.answers import is_one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator, recorded
from stattools.interface.units import require_size
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.metric import Metric
from stattools.text.columns import number, place
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page

ENTRIES = 1_000_000
"""So many outcomes are drawn at a time."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What the outcomes are drawn from, and what is asked of their fits.

    `model` has the rows of the design, one for each observation; `theta` and `scale` are true; `which` are the numbers
    of the coefficients in question; `cov` is the covariance of the fits, `level` that of their intervals.
    """

    model: Model
    theta: Floats
    scale: float
    which: NDArray[np.intp]
    cov: Any
    level: float


@dataclass(frozen=True)
class Simulated:
    """What m draws at so many rows came to; `reasons` counts those that have no maximum, by why."""

    rows: int
    draws: int
    rejected: int
    covered: int
    reasons: Counter[str]

    @property
    def fitted(self) -> int:
        """Number of draws that have a maximum, and so an interval."""
        return self.draws - sum(self.reasons.values())

    @property
    def record(self) -> dict[str, float]:
        """The row of a table: a draw without a maximum is not rejected, and has no interval that could cover."""
        power, power_se = share(self.rejected, self.draws)
        coverage, coverage_se = share(self.covered, self.fitted)
        found = {"rows": self.rows, "power": power, "power_se": power_se, "coverage": coverage}
        return found | {"coverage_se": coverage_se, "no_maximum": self.draws - self.fitted}


def share(hits: int, of: int) -> tuple[float, float]:
    """The share of hits and its standard error.

    >>> [round(value, 4) for value in share(800, 1000)]
    [0.8, 0.0127]
    """
    middle = (hits + 2.0) / (of + 4.0)
    return hits / of, float(np.sqrt(middle * (1.0 - middle) / (of + 4.0)))


def simulated(truth: Truth, rows: int, draws: int, random: np.random.Generator) -> Simulated:
    """Draw outcomes at so many rows, fit them, and count.

    Each row of the design is taken rows // n times, and the others are drawn without replacement, anew for each draw.
    """
    rejected = covered = 0
    reasons: Counter[str] = Counter()
    k, chunk = len(truth.which), max(1, ENTRIES // rows)
    for start in range(0, draws, chunk):
        b, V, df, why = _fits(truth, rows, min(chunk, draws - start), random)
        reasons.update(why)
        if len(b):
            some, root = np.isfinite(df), np.linalg.cholesky(V)
            of_f = k * special.fdtri(k, np.where(some, df, 1.0), truth.level)
            q = np.where(some, of_f, special.chdtri(k, 1.0 - truth.level))
            with np.errstate(over="ignore"):  # beyond float64 a square is infinite, and so beyond any quantile
                from_zero, from_truth = (
                    np.square(np.linalg.solve(root, gap[..., None])[..., 0]).sum(axis=1)
                    for gap in (b, b - truth.theta[truth.which])
                )
            rejected += int(np.count_nonzero(from_zero > q))
            covered += int(np.count_nonzero(from_truth <= q))
    return Simulated(rows, draws, rejected, covered, reasons)


def _fits(truth: Truth, rows: int, m: int, random: np.random.Generator) -> tuple[Floats, Floats, Floats, list[str]]:
    """Of those of m draws that have a maximum the estimates (m, k), covariances (m, k, k) and degrees of freedom (m,);
    a word for why each of the others has none.
    """
    n, which = len(truth.model.rows.X), truth.which
    times, rest = divmod(rows, n)
    eta, whole = truth.model.eta(truth.theta), np.tile(np.arange(n), times)

    def drawn(taken: NDArray[np.intp], count: int) -> tuple[Model, Floats]:
        design = truth.model.subset(taken)
        return design, outcomes(design, eta[taken], truth.scale, count, random)

    each = (drawn(np.concatenate([whole, random.choice(n, rest, replace=False)]), 1) for _ in range(m))
    design, Y = truth.model, np.empty((0, 0))
    if not rest:  # all draws have the same rows
        design, Y = drawn(whole, m)
        each = ((design, Y[k : k + 1]) for k in range(m))
    models = (replace(one, rows=replace(one.rows, y=y[0])) for one, y in each)
    if truth.cov == "information":
        many = together(list(models), tuple(range(m))) if rest else replicated(design, Y, None)
        some = np.isfinite(many.decrement)
        b, V = many.estimate[some][:, which], many.covariance[some][:, which[:, None], which]
        return b, V, many.df[some], [kind_of_failure(reason) for reason in many.reasons.values()]
    found: list[Fit] = []
    why: list[str] = []
    for model in models:
        try:
            found.append(fit(model, cov=truth.cov))
        except IncompatibleError:  # what was asked for, not what was drawn
            raise
        except REFUSALS as error:
            why.append(kind_of_failure(error.message))
    b, V = [one.estimate[which] for one in found], [one.covariance[np.ix_(which, which)] for one in found]
    return np.array(b), np.array(V), np.array([one.t_df for one in found]), why


AROUND, ROUNDS, MOST_OUTCOMES = (0.6, 0.8, 1.0, 1.25, 1.6), 8, 300_000_000
"""Sizes that are simulated, as shares of the guess; guesses that are tried; outcomes of one size that a search draws at
most.
"""


@dataclass(frozen=True)
class RowsNeeded:
    """The rows at which the power is `target`, with the standard error that the number of draws leaves."""

    target: float
    rows: int
    se: float


def rows_needed(truth: Truth, target: float, draws: int, random: np.random.Generator) -> tuple[RowsNeeded, Simulated]:
    """The rows for a power of `target`, and what as many draws at just these rows come to.

    Raises DomainError where nothing is to be found (an effect of 0, power above the target at any size),
    IncompatibleError for sizes beyond what can be simulated, ConvergenceError where the power does not rise with the
    rows.
    """
    guess, least = _first_guess(truth, target), len(truth.theta) + 2
    seen: dict[int, Simulated] = {}
    sizes: list[int] = []
    shares = np.empty(0)
    for _ in range(ROUNDS):
        if not guess * max(AROUND) < MOST_OUTCOMES // draws:
            raise IncompatibleError(
                f"the search for the rows came to about {guess:,.3g}, and with {draws:,} draws it simulates up to "
                f"{MOST_OUTCOMES // draws:,}. Give rows= of your own, fewer draws=, or a larger effect=."
            )
        for size in sorted({max(least, round(guess * part)) for part in AROUND}):
            if size not in seen:
                seen[size] = simulated(truth, size, draws, random)
        sizes = sorted(seen)
        shares = np.array([seen[size].rejected for size in sizes])
        if shares[0] > target * draws and sizes[0] == least:
            raise DomainError(
                f"the power is above {target:g} at {least} rows already, the fewest for {len(truth.theta)} "
                "coefficients. Give rows=, or a larger target=."
            )
        if (shares > target * draws).all() or (shares < target * draws).all():
            guess = sizes[0] / 2.0 if shares[0] > target * draws else sizes[-1] * 2.0
            continue
        rows, se = crossing(np.array(sizes), shares, draws, target)
        if not np.isfinite(rows):
            break
        if sizes[0] <= rows <= sizes[-1]:
            found = int(np.ceil(rows))
            return RowsNeeded(target, found, se), seen.get(found) or simulated(truth, found, draws, random)
        guess = min(max(rows, sizes[0] / 4.0), sizes[-1] * 4.0)
    raise ConvergenceError(
        f"the power does not rise to {target:g} with the rows: at {', '.join(f'{size:,}' for size in sizes)} rows "
        f"it is {', '.join(f'{hits / draws:.3f}' for hits in shares)}. Give rows= to see it at sizes of your own."
    )


def crossing(sizes: Floats, hits: Floats, draws: int, target: float) -> tuple[float, float]:
    """Where the curve through the shares hits / draws is the target, and its standard error; infinite where it does
    not rise.

    Weighted least squares of probits, each with the variance of a share by the delta method.

    >>> rows = np.array([50.0, 100.0, 150.0])
    >>> crossing(rows, 1e6 * special.ndtr(-1.96 + 0.28 * np.sqrt(rows)), 10**6, 0.8)[0] // 1
    100.0
    """
    p = (hits + 0.5) / (draws + 1.0)
    z, root = special.ndtri(p), np.sqrt(sizes)
    weight = draws * np.exp(-z * z) / (2.0 * np.pi) / (p * (1.0 - p))
    middle = np.average(root, weights=weight), np.average(z, weights=weight)
    spread = float(weight @ (root - middle[0]) ** 2)
    slope = float(weight @ ((root - middle[0]) * (z - middle[1]))) / spread if spread else 0.0
    if slope <= 0.0:
        return np.inf, np.inf
    at = float(middle[0] + (special.ndtri(target) - middle[1]) / slope)
    if at <= 0.0:
        return 0.0, np.inf
    variance = (1.0 / weight.sum() + (at - middle[0]) ** 2 / spread) / slope**2
    return at**2, 2.0 * at * float(np.sqrt(variance))


def _first_guess(truth: Truth, target: float) -> float:
    """The rows by the information at the truth, as if estimates were normal."""
    effect = truth.theta[truth.which]
    if not effect.any():
        raise DomainError(
            "rows for a power need an effect that is not 0: a test of what is true rejects at its level, whatever the "
            "rows. Give effect=, or rows= to see that level."
        )
    work, T = truth.model.standardized()  # columns far from 0 leave no digits of their information
    now = work.evaluate(T.solve(truth.theta))
    along = np.asarray(T)[truth.which] @ Metric(np.asarray(now.information)).whiten()
    distance = float(np.square(np.linalg.lstsq(along, effect / truth.scale, rcond=None)[0]).sum())
    k = len(effect)
    wanted = special.chndtrinc(special.chdtri(k, 1.0 - truth.level), k, 1.0 - target)
    return max(len(truth.model.rows.X) * float(wanted) / max(distance, np.finfo(float).tiny), 1.0)


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Power(Faces):
    """Power of the test that a term is 0, at one or more numbers of rows: what `st.power` found.

    `truth` are the coefficients, by name, that outcomes were drawn from; `names` those of the term. `needed` says at
    how many rows the power is the target, None where that was not asked, or was not found, and `note` then says why.
    """

    title: str
    term: str
    names: tuple[str, ...]
    truth: dict[str, float]
    sizes: tuple[Simulated, ...]
    needed: RowsNeeded | None
    draws: int
    level: float
    cov: str
    seed: Any
    note: str = ""

    def table(self) -> pd.DataFrame:
        """One row per number of rows: rows, power, power_se, coverage, coverage_se, no_maximum.

        The standard errors are those of `draws` simulated outcomes; `no_maximum` counts draws whose fit does not exist:
        their test is taken not to reject, and coverage is that of the others. `attrs["note"]` says why they have none.
        """
        frame = pd.DataFrame([size.record for size in self.sizes])
        frame.attrs["note"] = self._failures()
        return frame

    @property
    def effect(self) -> dict[str, float]:
        """The true coefficients of the term, by name."""
        return {name: self.truth[name] for name in self.names}

    def _headline(self) -> str:
        size = self.sizes[-1]
        return headline(self, "", f"{self.term} in {self.title}", f"{size.record['power']:.3f} at {size.rows:,} rows")

    def _page(self) -> Page:
        effects = ", ".join(f"{name} = {number(value, 4)}" for name, value in self.effect.items())
        lines = [
            f"Power of the test of {self.term} in {self.title}",
            f"true {effects}; level {self.level:g}, covariance {self.cov}, {self.draws:,} draws, seed {self.seed}",
        ]
        head = ("rows", "power", "se", "coverage", "se", "no maximum")
        each = [list(size.record.values()) for size in self.sizes]
        rows = [[f"{row[0]:,}", *(place(value, 4) for value in row[1:-1]), f"{row[-1]:,}"] for row in each]
        needed = ""
        if found := self.needed:
            needed = f"A power of {found.target:g} needs {found.rows:,} rows (Monte Carlo standard error "
            needed += f"{number(found.se, 2)})."
        told = [line for line in (needed, self.note, self._failures()) if line]
        return Page(*lines, "", Grid(head, rows, "r" * len(head)), *([""] if told else []), *told)

    def _failures(self) -> str:
        why = sum((size.reasons for size in self.sizes), Counter[str]())
        if not why:
            return ""
        named = ", ".join(f"{count:,} {reason}" for reason, count in why.most_common())
        return f"{why.total():,} draws have no maximum ({named}): they do not reject, and coverage is without them."


@one_blas_thread()
def power(
    model_or_fit: object,
    term: str,
    /,
    *,
    effect: float | Sequence[float] | None = None,
    coefficients: Mapping[str, float] | None = None,
    scale: float | None = None,
    rows: int | Sequence[int] | None = None,
    target: float | None = None,
    draws: int = 1000,
    level: float = 0.95,
    cov: object = None,
    seed: int | np.random.Generator,
) -> Power:
    """The power of the test that a coefficient, or all of a term, is 0, and the coverage of its interval.

    Of a fit, its estimates are taken for true; of a model, `coefficients` says what is, by name, and `scale` the
    residual standard deviation of `st.ols`. `effect` is the true coefficient of `term` in the place of these, and one
    number for each where the term has several. Outcomes are drawn from the likelihood at these, `draws` times, and
    fitted with the covariance `cov`, by default the fit's; Wald's test at 1 - `level` either rejects or not.

    `rows` are one or more numbers of rows, which repeat the design's (columns, offsets, trials), and where they are no
    multiple of these take the others at random, without replacement. `target` asks for the rows at which the power is
    so much. Without both the answer has the rows of the design and those for a power of 0.8, or says why these are not
    found. The outcome of the model is not looked at. Every number has its Monte Carlo error. Raises DomainError for
    names that the model does not have, IncompatibleError for what is no regression in memory, for penalties, and for
    covariances of clusters and series, whose outcomes are not independent.

    >>> import stattools as st
    >>> plan = {"y": [0.0] * 4, "dose": [0, 1, 2, 3]}
    >>> truth = {"Intercept": 1.0, "dose": 0.5}
    >>> found = st.power(st.ols("y ~ dose", plan), "dose", coefficients=truth, scale=1.0, rows=[24, 48], seed=1)
    >>> found.table()[["rows", "power", "coverage"]].round(2).to_numpy().tolist()
    [[24.0, 0.74, 0.94], [48.0, 0.97, 0.95]]
    """
    given = model_or_fit if isinstance(model_or_fit, Fit) else None
    model = model_or_fit if given is None else given.model
    if not isinstance(model, Model):
        hint = ' Groups of counts are one: st.logistic("successes + failures ~ group", table).'
        raise IncompatibleError(f"power needs a regression or its fit; got {described(model_or_fit)}.{hint}")
    model.rows.at_hand("power draws outcomes in memory", model.title, "Use the rows of a sample.")
    if given is not None and given.penalty is not None:
        raise IncompatibleError(f"power refits by maximum likelihood; this fit has penalty={given.penalty!r}.")
    require_level(level)
    many = whole_number(draws, "draws", at_least=10)
    kind = _covariance(cov, given)
    which = _coefficients(model, term)
    design = _one_row_each(model)
    theta = _true(model, given, which, term, effect, coefficients)
    truth = Truth(design, theta, _scale(model, given, scale), which, kind, level)
    wanted = None
    if target is not None or rows is None:
        wanted = 0.8 if target is None else _finite(target, "target=")
        if not 1.0 - level < wanted < 1.0:
            raise DomainError(
                f"power needs target= between {1.0 - level:g}, the level of the test, and 1; got "
                f"{0.8 if target is None else target!r}."
            )
    sizes = _sizes(rows, len(design.rows.X), target)
    require_memory(f"{max(sizes, default=0):,} rows", 3 * max(sizes, default=0) * len(theta), "Ask for fewer rows.")
    random = generator(seed)
    found = [simulated(truth, size, many, random) for size in sizes]
    needed, note = None, ""
    if wanted is not None and (target is not None or theta[which].any()):
        try:
            needed, there = rows_needed(truth, wanted, many, random)
            found += [there] if there.rows not in sizes else []
        except REFUSALS as error:
            if target is not None:
                raise
            note = f"Rows for a power of {wanted:g} were not found: {error.message}"
    for size in found:
        if not size.fitted:
            why = size.reasons.most_common(1)[0][0]
            raise IdentificationError(f"power: no draw at {size.rows:,} rows has a maximum ({why}). Take more rows.")
    names = tuple(model.names[k] for k in which)
    true = dict(zip(model.names, theta.tolist(), strict=True))
    covariance = kind if isinstance(kind, str) else repr(kind)
    title = f"{model.title}, {model._subject}"
    return Power(title, term, names, true, tuple(found), needed, many, level, covariance, recorded(seed), note)


def _covariance(cov: object, given: Fit | None) -> object:
    """The covariance of the fits: what was asked for, or the given fit's."""
    kind = cov if cov is not None else "information" if given is None else given.cov_kind
    if kind is None:
        raise IncompatibleError("power does not know the covariance of a loaded fit; give cov=.")
    if isinstance(kind, Cluster | HAC):
        raise IncompatibleError(
            f"power draws outcomes that are independent given the columns, and {kind!r} is for outcomes that are not: "
            "its power would be too large. Give another cov=."
        )
    return kind


def _coefficients(model: Model, term: object) -> NDArray[np.intp]:
    """The numbers of the coefficients of a term."""
    found = [model.names.index(term)] if is_one_of(term, model.names) else coefficients_of(model, term)
    if not found:
        known = ", ".join(map(quoted, model.names[:8]))
        raise DomainError(f"power needs a coefficient ({known}) or a term of the formula; got {quoted(term)}.")
    return np.array(found, dtype=np.intp)


def _one_row_each(model: Model) -> Model:
    """The model with a row for each observation: those with frequency weights are repeated."""
    weight = model.rows.weight
    if weight is None:
        return model
    if not (weight == np.floor(weight)).all():
        raise IncompatibleError("power draws an outcome for each row, and weights= are not whole numbers. Drop them.")
    repeated = model.subset(np.repeat(np.arange(len(weight)), weight.astype(int)))
    return replace(repeated, rows=replace(repeated.rows, weight=None))


def _true(
    model: Model, given: Fit | None, which: NDArray[np.intp], term: str, effect: Any, coefficients: object
) -> Floats:
    """The coefficients that outcomes are drawn from."""
    theta = np.full(len(model.names), np.nan) if given is None else given.estimate.copy()
    if coefficients is not None:
        if not isinstance(coefficients, Mapping):
            raise DomainError(
                f'power needs coefficients= by name, {{"Intercept": 1.0, "x": 0.5}}; got {quoted(coefficients)}.'
            )
        for name, value in coefficients.items():
            if name not in model.names:
                known = ", ".join(map(quoted, model.names[:8]))
                raise DomainError(f"power got a coefficient {quoted(name)}; the model has {known}.")
            theta[model.names.index(name)] = _finite(value, f"the coefficient {quoted(name)}")
    if effect is not None:
        values = np.atleast_1d(as_numbers(effect, "effect= needs numbers"))
        if values.shape != which.shape or not np.isfinite(values).all():
            what = "a finite number" if len(which) == 1 else f"{len(which)} finite numbers"
            raise DomainError(f"power needs effect=, {what} for {quoted(term)}; got {quoted(effect)}.")
        theta[which] = values
    missing = [name for name, value in zip(model.names, theta, strict=True) if not np.isfinite(value)]
    if missing:
        raise DomainError(
            f"power of a model needs a true value of every coefficient; coefficients= lacks {', '.join(missing[:8])}. "
            "Give them by name, or a fit, whose estimates are taken."
        )
    return theta


def _scale(model: Model, given: Fit | None, scale: object) -> float:
    """The residual standard deviation of the outcomes."""
    if not model.has_scale:
        if scale is not None:
            raise IncompatibleError(f"scale= is that of st.ols; {model.title} has none beside its coefficients.")
        return 1.0
    if scale is None and given is None:
        raise DomainError("power of st.ols needs scale=, the residual standard deviation, in the units of the outcome.")
    found = float(given.scale) if scale is None and given is not None else _finite(scale, "scale=")
    if not found > 0.0:
        raise DomainError(f"power needs scale= above 0; got {quoted(scale)}.")
    require_size("st.power", "scale=", np.array([found]), smallest=0.0)
    return found


def _finite(value: Any, what: str) -> float:
    found = as_numbers(value, f"power needs {what}, a finite number")
    if found.shape != () or not np.isfinite(found):
        raise DomainError(f"power needs {what}, a finite number; got {quoted(value)}.")
    return float(found)


def _sizes(rows: int | Sequence[int] | None, n: int, target: object) -> list[int]:
    """The numbers of rows that were asked for; those of the design where nothing was."""
    if rows is None:
        return [n] if target is None else []
    asked = several(rows) if np.ndim(rows) else [rows]
    if not len(asked):
        raise DomainError("power needs rows=, one number of rows or more; got none.")
    return sorted({whole_number(one, "rows=", at_least=2) for one in asked})
