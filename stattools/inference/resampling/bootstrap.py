"""The bootstrap of a regression: how the estimate varies over samples like this one.

    pairs:       rows drawn with replacement, counted as frequencies; of hazards clusters, persons, matched sets
    parametric:  outcomes drawn from the fitted model, X held
    bayesian:    row weights ~ n Dirichlet(1, ..., 1): draws of a posterior

A replicate is a weighted fit; all are fitted at once, as in `inference/fitting/many.py`. A BCa interval has the
acceleration a_j = sum_i w_i I_ij^3 / (6 (sum_i w_i I_ij^2)^(3/2)) of the influence I_i = C x_i score_i. Source: Efron &
Tibshirani, An Introduction to the Bootstrap (1993); Rubin, "The Bayesian bootstrap" (1981); Efron, "Better bootstrap
confidence intervals", JASA 82 (1987), 171-185, section 6; Burr, JASA 89 (1994), 1290-1302.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.errors import REFUSALS, IdentificationError, IncompatibleError, StattoolsError
from stattools.inference.covariance.sandwich import Sandwich, add_by_group, survival_scores
from stattools.inference.estimates import require_rows
from stattools.inference.existence.partial_likelihood import certified_partial
from stattools.inference.fits.fit import Fit
from stattools.inference.fitting.many import replicate
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.inference.mixed import replicates as of_groups
from stattools.inference.prediction.predict import outcomes
from stattools.interface.arguments import described, require_level, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import require_memory
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator, recorded
from stattools.interface.when_needed import pd
from stattools.models.mixed.mixed_model import MixedModel
from stattools.models.model import Model
from stattools.models.regressions.times import ConditionalLogit
from stattools.models.survival.cox import CoxRegression
from stattools.numerics.threads import one_blas_thread
from stattools.solvers import Newton
from stattools.solvers.batches import estimated
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page

if TYPE_CHECKING:
    from xarray import DataTree


Codes = NDArray[np.intp]


def resampled(
    model: CoxRegression, kind: str, asked: int, random: np.random.Generator, whole: Fit | None = None
) -> tuple[Floats, dict[int, str]]:
    """The estimates of the replicates that have one, and why the others have none."""
    if kind != "pairs":
        why = {
            "parametric": "draws outcomes from the model, which says nothing of the hazard that rows share",
            "bayesian": "gives rows weights that are no whole numbers, and tied events are counted one by one",
        }
        raise IncompatibleError(f"kind={kind!r} {why[kind]}; for {model.title} use kind='pairs'.")
    # rows that weights repeat are drawn one by one
    alone = units_of_rows(model) is None and model.said.weights is not None
    each: Any = replace(model, said=replace(model.said, numbers={})) if alone else model
    found: list[Floats] = []
    reasons: dict[int, str] = {}
    for k, (which, strata) in zip(range(asked), _draws(model, random), strict=False):
        try:
            found.append(certified_partial(each.taken(which, strata), Newton())[1].estimate)
        except StattoolsError as error:
            reasons[k] = error.message
    return np.array(found).reshape(len(found), len(model.names)), reasons


def units_of_rows(model: CoxRegression) -> Codes | None:
    """The codes of what is drawn as a whole; None for rows."""
    labels = model.said.labels
    of_sets = ("strata",) if isinstance(model, ConditionalLogit) else ()
    return next((labels[key][0] for key in ("cluster", "id", *of_sets) if key in labels), None)


def influence_of_units(model: CoxRegression, theta: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """How each unit that is drawn pulls the estimate, and how often it stands in the data."""
    scores, weights, codes = survival_scores(model, theta).rows.X, model.said.weights, units_of_rows(model)
    if codes is None:
        return scores @ covariance, np.ones(len(scores)) if weights is None else weights
    total = np.zeros((int(codes.max()) + 1, scores.shape[1]))
    add_by_group(total, codes, scores, weights)
    return total @ covariance, np.ones(len(total))


def _draws(model: CoxRegression, random: np.random.Generator) -> Iterator[tuple[Codes, Codes | None]]:
    """The numbers of the rows of each replicate, and of drawn sets which row is in which."""
    codes, weights = units_of_rows(model), model.said.weights
    n = model.said.n
    if codes is None:
        owner = np.arange(n) if weights is None else np.repeat(np.arange(n), weights.astype(np.intp))
        while True:
            yield owner[random.integers(0, len(owner), len(owner))], None
    sets_apart = isinstance(model, ConditionalLogit)
    order, sizes = np.argsort(codes, kind="stable"), np.bincount(codes)
    begin = np.cumsum(sizes) - sizes
    while True:
        drawn = random.integers(0, len(sizes), len(sizes))
        of = np.repeat(np.arange(len(drawn)), sizes[drawn])
        inside = np.arange(len(of)) - np.repeat(np.cumsum(sizes[drawn]) - sizes[drawn], sizes[drawn])
        yield order[begin[drawn][of] + inside], of if sets_apart else None


def acceleration(fit: Fit) -> Floats:
    """a of each coefficient, (p,), by how rows or units pull it."""
    model, covariance, p = fit.model, fit.solution.covariance, len(fit.estimate)
    if model.facts.is_partial:
        influence, weight = influence_of_units(model, fit.estimate, np.asarray(covariance))
        parts = iter([(slice(p), influence)])
    else:
        weight = np.ones(len(model.rows.X)) if model.rows.weight is None else model.rows.weight
        parts = Sandwich.of(model, fit.estimate, covariance).along(range(p))
    cubes, squares = np.zeros((2, p))
    for columns, influence in parts:
        square = influence * influence
        squares[columns] += weight @ square
        cubes[columns] += weight @ (square * influence)
    return cubes / (6.0 * squares**1.5)


ENTRIES = 4_000_000
"""So many frequencies or outcomes are drawn at a time: arrays of 32 MB."""

DRAWN = 10_000
"""So many rows are drawn at a time: they stay in the cache."""

FEW_ROWS = 100

ROUGH = "Few rows: of 30 with unequal variances, percentile intervals covered 91 %, basic 75, normal and bca 88."
"""What the page says below so many rows, measured by `benchmarks/plans/few_rows.py`."""

Kind = Literal["pairs", "parametric", "bayesian"]

IntervalKind = Literal["percentile", "basic", "bca", "normal"]

KINDS, INTERVALS = get_args(Kind), get_args(IntervalKind)


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Bootstrap(Faces):
    """Replicates of an estimate: `draws` (m, p) of those that have a maximum, in the order drawn.

    `asked` replicates were drawn; `reasons` says why the others have no estimate, by the number of the replicate. All
    that is computed from `draws` is conditional on the maximum existing, and printed with that count. `beside` and
    `values` are what a mixed model has beside its coefficients.
    """

    fit: Fit
    kind: Kind
    draws: Floats
    asked: int
    reasons: dict[int, str]
    seed: Any
    beside: tuple[str, ...] = ()
    values: Floats | tuple[()] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients, of a mixed model also of the standard deviations of effects and residual."""
        return (*self.fit.names, *self.beside)

    @property
    def estimate(self) -> Floats:
        """What the fit says of them, shape (p,)."""
        return np.concatenate([self.fit.estimate, self.values])

    @property
    def failed(self) -> int:
        """Number of replicates that have no maximum."""
        return len(self.reasons)

    @property
    def se(self) -> Floats:
        """Standard deviations of the draws, shape (p,)."""
        return self.draws.std(axis=0, ddof=1)

    @property
    def bias(self) -> Floats:
        """Mean of the draws less the estimate, shape (p,)."""
        return self.draws.mean(axis=0) - self.estimate

    def interval(self, level: float = 0.95, *, kind: IntervalKind = "percentile") -> Interval:
        """Bootstrap intervals, lower and upper of shape (p,).

        "percentile": quantiles of the draws; "basic": these mirrored at the estimate; "normal": estimate -+ q se;
        "bca": quantiles at levels corrected for bias and for skewness, the latter from the rows' influence. Raises
        DomainError for a level outside (0, 1), IncompatibleError for another kind.
        """
        require_level(level)
        kind = one_of(kind, INTERVALS, f"a bootstrap has intervals of kind {', '.join(INTERVALS)}", IncompatibleError)
        tails, theta = np.array([0.5 * (1.0 - level), 0.5 * (1.0 + level)]), self.estimate
        if kind == "normal":
            lower, upper = theta + special.ndtri(tails)[:, None] * self.se
        elif kind == "bca" and self.fit.model.facts.is_mixed:
            raise IncompatibleError("kind='bca' needs independent rows, and a mixed model's are not; use 'percentile'.")
        elif kind == "bca":
            each = zip(self.draws.T, self.fit.estimate, acceleration(self.fit), strict=True)
            ends = [np.quantile(x, _levels(x, theta, skew, tails)) for x, theta, skew in each]
            lower, upper = np.array(ends).T
        else:
            lower, upper = np.quantile(self.draws, tails, axis=0)
            if kind == "basic":
                lower, upper = 2.0 * theta - upper, 2.0 * theta - lower
        return Interval(lower, upper, level, kind, self.names)

    def table(self, level: float = 0.95, *, kind: IntervalKind = "percentile") -> pd.DataFrame:
        """One row per coefficient: term, estimate, bias, se, lower, upper; `attrs["note"]` counts the failures."""
        lower, upper = self.interval(level, kind=kind)
        columns = {"term": self.names, "estimate": self.estimate, "bias": self.bias, "se": self.se}
        frame = pd.DataFrame(columns | {"lower": lower, "upper": upper})
        frame.attrs["note"] = self._count()
        return frame

    def to_arviz(self) -> DataTree:
        """Draws of the Bayesian bootstrap as a posterior; IncompatibleError for the other kinds, which are none."""
        from stattools.inference.arviz.datatree import datatree

        if self.kind != "bayesian":
            raise IncompatibleError(
                f"{self.kind} bootstrap draws are a sampling distribution, not a posterior. Use kind='bayesian'."
            )
        attrs = {"inference": "Bayesian bootstrap: Dirichlet weights of the rows", "model": self.fit.model.title}
        groups = {"posterior": {"beta": self.draws[None]}}
        return datatree(groups, dims={"beta": ["coef"]}, coords={"coef": list(self.names)}, attrs=attrs)

    def _headline(self) -> str:
        made = f"{len(self.draws):,} of {self.asked:,} draws"
        return headline(self, self.kind, self.fit.model._subject, made, f"seed = {self.seed}")

    def _page(self) -> Page:
        rows = Grid.of(self.table().to_dict("records"), like="se")
        few = [ROUGH] * (self.kind != "parametric" and self.fit.n < FEW_ROWS)
        return Page(self._count(), "", rows, "", "95 % percentile intervals", *few)

    def _count(self) -> str:
        head = f"{self.kind} bootstrap of {self.fit.model.title}: {self.asked:,} replicates"
        if not self.reasons:
            return head
        why = Counter(kind_of_failure(reason) for reason in self.reasons.values())
        named = ", ".join(f"{count:,} {reason}" for reason, count in why.most_common())
        return f"{head}, {self.failed:,} without a maximum ({named}) left out"


def _levels(x: Floats, theta: float, skew: float, tails: Floats) -> Floats:
    """Which quantiles of the draws x of a coefficient are the ends of its BCa interval."""
    m = len(x)
    share = (np.count_nonzero(x < theta) + 0.5 * np.count_nonzero(x == theta)) / m
    bias = special.ndtri(np.clip(share, 0.5 / m, 1.0 - 0.5 / m))
    z = bias + special.ndtri(tails)
    return special.ndtr(bias + z / (1.0 - skew * z))


@one_blas_thread()
def bootstrap(
    fit_or_model: Fit | Model | CoxRegression | MixedModel,
    /,
    *,
    draws: int = 1000,
    seed: int | np.random.Generator,
    kind: Kind = "pairs",
) -> Bootstrap:
    """Bootstrap replicates of a regression's estimate.

    Rows with frequency weights are so many rows. Of `st.cox` whole clusters or persons are drawn where it was given
    `cluster=` or `id=`, of `st.conditional_logit` whole sets; both have kind="pairs" only. Models with random effects
    have kind="parametric" only, which draws effects and outcomes; the draws have the standard deviations too.
    Replicates without a maximum (separated, or of lower rank) are counted and named. Raises IncompatibleError for what
    is no regression by maximum likelihood with its data at hand, IdentificationError where fewer than two have one.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 7.5, 10.0], "x": [0, 1, 2, 3, 4, 5]}
    >>> boot = st.bootstrap(st.ols("y ~ x", data), draws=500, seed=1)
    >>> boot.draws.shape, boot.failed
    ((500, 2), 0)
    """
    whole: Any = fit_or_model if isinstance(fit_or_model, Fit) else None
    model: Any = fit_or_model if whole is None else whole.model
    mixed, partial = isinstance(model, MixedModel), isinstance(model, CoxRegression | MixedModel)
    if not partial and (not isinstance(model, Model) or not len(model.rows.X)):
        raise IncompatibleError(f"bootstrap needs a regression with its data; got {described(model)}.")
    require_rows(model)
    if not partial:
        otherwise = "cov='HC0' has standard errors that do not trust the model either, in one read."
        model.rows.at_hand("bootstrap holds all rows in memory", model.title, otherwise)
    if whole is not None and whole.penalty is not None:
        raise IncompatibleError(f"bootstrap refits by maximum likelihood; this fit has penalty={whole.penalty!r}.")
    kind = one_of(kind, KINDS, "bootstrap has kind {}")
    asked, q = whole_number(draws, "draws", at_least=2), len(model.names)
    require_memory(f"{asked:,} replicates of {q:,} coefficients", 3 * asked * q, "Ask for fewer: 10,000 are plenty.")
    random = generator(seed)
    whole = fit(model) if whole is None else whole
    make = of_groups.replicates if mixed else resampled if partial else _estimates
    estimates, reasons = make(whole.model, kind, asked, random, whole)
    if len(estimates) < 2:
        raise IdentificationError(
            f"{len(reasons)} of {asked} bootstrap replicates have no maximum, such as: {next(iter(reasons.values()))}"
        )
    beside: Any = of_groups.varying(whole.found) if mixed else ()
    return Bootstrap(whole, kind, estimates, asked, reasons, recorded(seed), *beside)


def _estimates(
    model: Model, kind: Kind, asked: int, random: np.random.Generator, whole: Fit
) -> tuple[Floats, dict[int, str]]:
    """The estimates of the replicates that have one, and why the others have none."""
    kept: list[Floats] = []
    reasons: dict[int, str] = {}
    chunk = max(1, ENTRIES // max(len(model.rows.X), int(model.n)))
    for start in range(0, asked, chunk):
        Y, W = _replicate(whole, model, kind, min(chunk, asked - start), random)
        found = estimated(model, Y, W, whole.estimate)
        for k in np.flatnonzero(np.isnan(found[:, 0])):
            try:
                found[k] = fit(replicate(model, Y, W, int(k))).estimate
            except REFUSALS as error:
                reasons[start + int(k)] = error.message
        kept.append(found[~np.isnan(found[:, 0])])
    return np.concatenate(kept), reasons


def _replicate(
    whole: Fit, model: Model, kind: Kind, m: int, random: np.random.Generator
) -> tuple[Floats | None, Floats | None]:
    """Outcomes or frequencies of m replicates."""
    rows = model.rows
    weight = np.ones(len(rows.X)) if rows.weight is None else rows.weight
    if kind == "parametric":
        if rows.weight is not None and not (rows.weight == 1).all():
            raise IncompatibleError(
                "kind='parametric' draws one outcome a row, and weights= say more. Repeat the rows."
            )
        return outcomes(model, model.eta(whole.estimate), whole.scale, m, random), None
    if kind == "bayesian":
        gammas = random.standard_gamma(np.broadcast_to(weight, (m, len(weight))))
        return None, gammas * (weight.sum() / gammas.sum(axis=1, keepdims=True))
    if not (weight == np.floor(weight)).all():
        raise IncompatibleError("kind='pairs' draws rows, and weights= are not whole numbers. Use kind='bayesian'.")
    owner = np.repeat(np.arange(len(weight)), weight.astype(int))
    counts = np.empty((m, len(weight)))
    few = max(1, DRAWN // len(owner))
    for start in range(0, m, few):
        part = counts[start : start + few]
        drawn = random.integers(0, len(owner), (len(part), len(owner)))
        drawn = owner[drawn] if len(owner) != len(weight) else drawn
        drawn += len(weight) * np.arange(len(part))[:, None]
        part[:] = np.bincount(drawn.ravel(), minlength=part.size).reshape(part.shape)
    return None, counts


FAILURES = {
    "rises for ever": "separated",
    "has no maximum": "separated",
    "cannot tell": "rank-deficient",
    "not unique": "rank-deficient",
    "has an event": "without an event",
    "stopped": "not converged",
}
"""What the errors of replicates say, and a word for each."""


def kind_of_failure(reason: str) -> str:
    """A word for the error of a replicate."""
    return next((word for said, word in FAILURES.items() if said in reason), "at an edge")
