"""The covariance of an estimate, of the kind asked for, with the name and degrees of freedom that go with it.

Quasi-likelihood: V = phi C, C = information^-1, for counts and groups that vary phi times as much as their family says;
tests and intervals are Student's t with n - p degrees of freedom, as of R's `quasipoisson` and `quasibinomial`.

    phi = Pearson / df,   Pearson = sum_i w_i r_i^2,   r_i = (y_i - m_i) / sd_i,   df = n - p

Under the model df phi is not chi-squared where means are small: its variance is v df with v = E r^4 - 1 (2 + 1 / m of
Poisson), and chi-squared of 2 df / v degrees of freedom, scaled to mean 1, is near it. v is that of outcomes drawn from
the model in at most 2,000 rows. Source: Wedderburn, Biometrika 61 (1974); McCullagh & Nelder, Generalized Linear Models
(1989), 4.5 and 6.2; Satterthwaite, Biometrics Bulletin 2 (1946), 110-114.

Few groups: scores corrected for the leverage of their group, and the degrees of freedom that t and F then have.

Where the covariance of the estimate is I, group g has the score S_g and the information M_g, and sum M_g = I:

    CR2    V = sum_g f(M_g) S_g S_g^T f(M_g),   f(m) = (1 - m)^(-1/2):   unbiased where the model is true
    CR3                                         f(m) = 1 / (1 - m):      C f(M_g) S_g is the move without group g

The same as (I - H_gg)^(-1/2) of the residuals of a group, without any matrix of its rows. m = 1 is a direction that
group g alone determines: its score there is 0, and f(1) = 0, a generalized inverse.

For a combination l of the coefficients l^T V l is a square form of the scores, whose covariance where the model is true
is P_gh = l^T f(M_g) (d_gh M_g - M_g M_h) f(M_h) l. Student's t has Satterthwaite's degrees of freedom, and q
combinations, in coordinates where E V = I, Hotelling's T^2:

    df = (tr P)^2 / |P|^2,   (eta - q + 1) / (eta q) W ~ F(q, eta - q + 1),   eta = q (q + 1) / sum_st Var(V_st)

Cost: an eigendecomposition per group, p^2 numbers per group and combination. Source: Bell & McCaffrey, Survey
Methodology 28 (2002); Pustejovsky & Tipton, J. Business & Economic Statistics 36 (2018), 672-683, of which this is CR2
of least squares; elsewhere, and with precisions, the square root is the symmetric one, which goes with the information.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.data.rows.rows import Block
from stattools.errors import DomainError, IdentificationError, IncompatibleError, quoted
from stattools.inference.covariance.kinds import COUNTED, FEW_CLUSTERS, HAC, Cluster, Groups, unusual
from stattools.inference.covariance.sandwich import LEVERAGE_LIMIT, POWER, Grouped, Sandwich, closed
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import meant, word_of
from stattools.interface.units import LARGEST_VARIANCE, SMALLEST_VARIANCE
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import with_trials
from stattools.models.custom import Custom
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.numerics.arrowhead import in_parts
from stattools.numerics.low_rank import LowRank
from stattools.numerics.sums import Largest
from stattools.solvers.metric import Metric

POWERS: dict[str, float] = {"CR2": 0.5, "CR3": 1.0}
"""The score of a group is divided by (1 - M_g) to this power."""

ENTRIES = 4_000_000
"""Numbers that are in memory together."""

ALONE = 1e-6
"""The share of a coefficient's variance, along what one group determines alone, from which on it is named."""


@dataclass(frozen=True, eq=False)
class Satterthwaite:
    """The information of each group, `parts` (G, p, p), in coordinates z where theta = root z has the covariance
    root root^T, and the kind of correction.
    """

    kind: str
    root: Floats
    parts: Floats

    @cached_property
    def _eigen(self) -> tuple[Floats, Floats]:
        """The eigenvalues (G, p) and eigenvectors (G, p, p) of the parts; those that cannot be divided by are 1."""
        values, vectors = np.linalg.eigh(self.parts)
        return np.where(values > LEVERAGE_LIMIT, 1.0, values), vectors

    @cached_property
    def _factors(self) -> Floats:
        """f(m), (G, p)."""
        values = self._eigen[0]
        with np.errstate(divide="ignore"):
            return np.where(values < 1.0, (1.0 - values) ** -POWERS[self.kind], 0.0)

    def alone(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Pairs of a group and of a coefficient that it determines alone, as two arrays."""
        values, vectors = self._eigen
        groups, which = np.nonzero(values >= 1.0)
        reach = self.root @ vectors[groups, :, which].T
        share = reach**2 / (self.root**2).sum(axis=1)[:, None]
        coefficients, found = np.nonzero(share > ALONE)
        return groups[found], coefficients

    def df(self, gradient: Floats) -> Floats:
        """Degrees of freedom of t for combinations of the coefficients, (..., p); infinite where they are of none."""
        L = gradient.reshape(-1, len(self.root)) @ self.root
        size = max(1, ENTRIES // self.parts[:, 0].size)
        found = [self._df(L[start : start + size]) for start in range(0, max(len(L), 1), size)]
        return np.concatenate(found).reshape(gradient.shape[:-1])

    def _df(self, L: Floats) -> Floats:
        there = L.any(axis=1)
        own, y = self._pieces(L)
        own = own.diagonal(axis1=1, axis2=2)
        shared = (y * y).sum(axis=2)
        both = y.transpose(1, 2, 0) @ y.transpose(1, 0, 2)
        trace = (own - shared).sum(axis=0)
        square = (own * (own - 2.0 * shared)).sum(axis=0) + (both * both).sum(axis=(1, 2))
        if not (trace[there] > 0).all():
            raise IdentificationError(
                f"{self.kind}: a combination of the coefficients is determined by single groups alone, and the others "
                "say nothing of its variance. Leave out the columns that belong to one group."
            )
        return np.divide(trace * trace, square, out=np.full(len(L), np.inf), where=there)

    def _pieces(self, L: Floats) -> tuple[Floats, Floats]:
        """For combinations l (k, p), made units: l^T f M f l of each with each (G, k, k), and f M l (G, k, p)."""
        size = np.sqrt((L * L).sum(axis=1, keepdims=True))
        L = np.divide(L, size, out=np.zeros_like(L), where=size > 0)
        (values, vectors), f = self._eigen, self._factors
        z = L @ vectors
        own = (z * (values * f * f)[:, None, :]) @ z.transpose(0, 2, 1)
        return own, (z * (values * f)[:, None, :]) @ vectors.transpose(0, 2, 1)

    by = "Wald's by Hotelling's T²"

    def several(self, R: Floats, statistic: float) -> tuple[float, float]:
        """F of Wald's `statistic` of q combinations (q, p) tested together, and its degrees of freedom eta - q + 1.

        IdentificationError where there are too few clusters for q hypotheses.
        """
        q, eta = len(R), self.hotelling(R)
        df = eta - q + 1.0
        if not df > 0.0:
            raise IdentificationError(
                f"{self.kind} has {eta:.3g} degrees of freedom for {q} hypotheses tested together, of which {q - 1} "
                "are lost: there are too few clusters. Test fewer at a time."
            )
        return df / (eta * q) * statistic, df

    def hotelling(self, R: Floats) -> float:
        """eta of q combinations (q, p) tested together: at q = 1 Satterthwaite's degrees of freedom."""
        q = len(R)
        own, y = self._pieces(R @ self.root)
        flat = y.transpose(1, 0, 2).reshape(q, -1)
        sizes = own.sum(axis=0) - flat @ flat.T  # E l_s^T V l_t, which is to be I
        values, Q = np.linalg.eigh(sizes)
        if not values[0] > 1e-10 * values[-1]:
            raise IdentificationError(
                f"{self.kind}: {len(self.parts)} groups do not determine the covariance of {q} combinations of the "
                "coefficients. Test fewer at a time."
            )
        T = (Q / np.sqrt(values)).T
        own, y = T @ own @ T.T, T @ y
        shared = y @ y.transpose(0, 2, 1)
        traces, of_shared = (part.diagonal(axis1=1, axis2=2).sum(axis=1) for part in (own, shared))
        total = np.sum(own * (own - 2.0 * shared)) + np.sum(traces * (traces - 2.0 * of_shared))
        for s in range(q):
            across = y[:, s].T @ y.transpose(1, 0, 2)
            total += np.sum(across * (across + across.transpose(0, 2, 1)))
        return float(q * (q + 1.0) / total)


def few_groups(
    kind: str, B: Floats, sums: Floats, names: Sequence[str], label_of: Callable[[int], object]
) -> tuple[Floats, Floats, Satterthwaite]:
    """A root of the covariance, (p, p), the meat beside it, and the degrees of freedom.

    B is the map from scores to theta, `sums` (G, p + p^2) the scores and the information of the groups; the inverse of
    their sum is made here, so that a direction of one group alone has the leverage 1 to round-off. DomainError for CR3
    where a group alone determines a coefficient.
    """
    p = len(B)
    parts = sums[:, p:].reshape(-1, p, p)
    lower = np.linalg.cholesky(np.linalg.inv(parts.sum(axis=0)))
    root = np.linalg.solve(lower, B.T).T
    parts = lower.T @ parts @ lower
    parts = 0.5 * (parts + parts.transpose(0, 2, 1))
    found = Satterthwaite(kind, root, parts)
    largest = np.linalg.eigvalsh(parts)[:, -1]
    if not largest.max() < 2.0 - LEVERAGE_LIMIT:
        raise DomainError(
            f"{kind} divides by 1 - leverage, and the group {quoted(label_of(int(largest.argmax())))} has the leverage "
            f"{largest.max():.6g}: the observed information of the others is negative in a direction. Use kind='CR1'."
        )
    if kind == "CR3":
        groups, coefficients = found.alone()
        if len(groups):
            raise DomainError(
                f"CR3 leaves out one group at a time, and the group {quoted(label_of(int(groups[0])))} alone "
                f"determines {names[int(coefficients[0])]!r}. Use kind='CR2', or leave out the column of this group."
            )
    vectors = found._eigen[1]
    along = found._factors * np.einsum("gpi,gp->gi", vectors, sums[:, :p] @ lower)
    scores = np.einsum("gpi,gi->gp", vectors, along)  # f(M_g) S_g
    return root, scores.T @ scores, found


AT_ONCE = 1e9
"""Clusters times p^3, up to which few clusters are "CR2" without being asked for: about a second."""


def named(model: Any, cov: Cluster, ways: Sequence[Grouped], p: int) -> tuple[str, float, list[tuple[Grouped, float]]]:
    """The name of the covariance, the degrees of freedom of Student's t, and each way with what its meat is multiplied
    with for its number of clusters: that of both is taken off.
    """
    called, fewest = ", ".join(way.of.name for way in ways[:2]), min(way.of.n for way in ways[:2])
    few = cov.kind == "CR1" and fewest < FEW_CLUSTERS and not COUNTED.search(called)
    scaled = cov.correction == "statsmodels" or (cov.correction == "stata" and model.has_scale)
    small = (model.n - 1.0) / (model.n - p) if scaled else 1.0
    parts = []
    for way, sign in zip(ways, (1.0, 1.0, -1.0), strict=False):
        G = fewest if cov.correction == "stata" else way.of.n
        parts.append((way, sign * small * (1.0 if cov.correction == "none" else G / (G - 1.0))))
    name = f"Cluster({called}{f', {fewest} groups' if few else ''}{unusual(cov)})"
    return name, fewest - 1.0 if model.has_scale else np.inf, parts


def quasi_dispersion(model: Model, theta: Floats) -> float:
    """Pearson's statistic over n - p; IncompatibleError where it says nothing, or where the family has its own.

    >>> import stattools as st
    >>> model = st.poisson([0, 9, 1, 6], [[1.0], [1.0], [1.0], [1.0]], intercept=False)
    >>> quasi_dispersion(model, np.array([np.log(4.0)]))  # (16 + 25 + 9 + 4) / 4 / 3
    4.5
    """
    df, reason = model.n - len(theta), None
    family, outcome = model.likelihood, model.likelihood.outcome
    if outcome is Outcome.BINARY or (outcome is Outcome.TRIALS and most_trials(model) <= 1):
        reason = (
            "of rows of 0 and 1 Pearson / df is near 1 whatever the data are, and says nothing of how they vary. Group "
            'rows of equal columns (successes + failures), or use cov="robust"'
        )
    elif model.has_scale or (family.others and outcome not in (Outcome.COUNT, Outcome.TRIALS)):
        reason = f'{model.title} estimates a scale or a dispersion already. Leave cov= out, or use cov="robust"'
    elif family.others:
        reason = f"{model.title} estimates how much they vary, {model.names[-1]!r}. Leave cov= out"
    elif outcome not in (Outcome.COUNT, Outcome.TRIALS):
        reason = f'an outcome of {model.title} is {outcome.value}. Use cov="robust"'
    elif df <= 0:
        reason = f"{model.n:.0f} rows leave no degrees of freedom beside {len(theta)} coefficients"
    if reason is not None:
        raise IncompatibleError(f'cov="quasi" is for counts and groups that vary more than their family: {reason}.')
    return pearson_statistic(model, theta) / df


def pearson_statistic(model: Model, theta: Floats) -> float:
    """sum_i w_i (y_i - m_i)^2 / v(m_i): one read of the rows."""
    family, predictor = model.likelihood, model.predictor

    def of_block(block: Block) -> Floats:
        eta = predictor.forward(theta, block)[0]
        gap = family.observed(block.y) - family.mean(eta)
        each = np.divide(gap * gap, family.variance(eta, block.y), out=np.zeros(len(gap)), where=gap != 0)
        if np.ndim(family.trials_of(block.y)):
            each = np.where(family.trials_of(block.y) > 0, each, 0.0)
        return np.array([each.sum() if block.weight is None else each @ block.weight])

    return float(model.rows.total(of_block)[0])


def most_trials(model: Model) -> float:
    """The largest number of trials that a row is out of, 1 where an outcome is no number of successes."""
    of = model.likelihood.trials_of
    return float(model.rows.total(lambda block: Largest(np.atleast_1d(np.max(of(block.y))))).values[0])


class Covariance(NamedTuple):
    """`matrix` (p, p), the `name` to print beside every number made from it, and `df`, the degrees of freedom of
    Student's t for intervals and tests: infinite where they are normal; one for each coefficient where `degrees` tells
    those of any combination.
    """

    matrix: Floats
    name: str
    df: float | Floats
    degrees: Satterthwaite | None = None


def covariance(
    model: AnyModel, theta: Floats, bread: Floats, cov: str | HAC | Cluster = "information", *, scale: float = 1.0
) -> Covariance:
    """The covariance of the estimate theta, shape (p, p), of the kind `cov`.

    `bread` is the inverse information at theta, at scale 1 where one is estimated, beside `scale`. `cov`:

    - "information": bread times scale^2;
    - "HC0": rows independent; "HC1": times n / (n - p); "HC2", "HC3": scores divided by sqrt(1 - h), by 1 - h, with h
      the row's leverage (a matrix where a row has several linear predictors); "HC4": by (1 - h)^(d / 2), d the smaller
      of 4 and n h / p, for rows of high leverage (Cribari-Neto 2004);
    - "quasi": bread times Pearson / (n - p), of counts and groups that vary more than their family; Student's t;
    - "robust": Stata's `vce(robust)`, HC1 for `st.ols` and HC0 times n / (n - 1) for others;
    - `HAC(lags)`, `Cluster(groups)`, `Cluster(groups1, groups2)`.

    Frequency weights mean repeated rows; HAC refuses them. Raises DomainError for groups and lags that do not fit the
    rows, for leverages of 1, and for a matrix with negative variances (possible with two-way clusters and uniform
    kernels); IncompatibleError for a kind that does not exist or that needs rows where the model has none.

    >>> import stattools as st
    >>> model = st.ols([1.0, 3.0, 5.0, 8.0], [0, 1, 2, 3])
    >>> solution = st.LeastSquares().solve(model)
    >>> covariance(model, solution.estimate, solution.covariance, "HC0").matrix.round(4).tolist()
    [[0.0264, -0.0126], [-0.0126, 0.0134]]
    """
    return _with_root(model, theta, bread, cov, scale, _made(model, theta, bread, cov, scale))


def _made(model: AnyModel, theta: Floats, bread: Floats, cov: object, scale: float) -> Covariance:
    """See `covariance`, of columns whose products have digits."""
    _require_variances(model, bread.diagonal().tolist(), scale)
    if (word := isinstance(cov, str)) and cov != "information" and cov not in OF_KIND:
        cov = word_of(cov, ("information", *POWER))
    if word and cov == "information":
        df = model.n - len(theta) if model.facts.is_regression and model.likelihood.facts.has_scale else np.inf
        return Covariance(bread if scale == 1.0 else bread * (scale * scale), "information", df)
    if (of := OF_KIND.get(cov if word else type(cov))) is None:
        raise IncompatibleError(
            f"cov= is one of 'information', 'quasi', {', '.join(map(repr, POWER))}, st.HAC(lags), "
            f"st.Cluster(groups) or st.Cluster(groups1, groups2); got {quoted(cov)}."
            f"{meant('cov', cov, ('information', 'quasi', *POWER))}"
        )
    return of(model, theta, bread, cov)


SURE = 1e-8
"""The least reciprocal condition of an inverse information whose products with gradients have digits."""

AGREE = 1e-6
"""Variances of both columns that are this near to one another are the same but for round-off of orthogonal columns."""


def _with_root(
    model: AnyModel, theta: Floats, bread: Floats, cov: object, scale: float, found: Covariance
) -> Covariance:
    """The matrix as L L' where products of it would be small differences of large numbers, as beside a column that
    hardly varies within the levels of a factor: theta = T phi on orthogonal columns, L = T times a root of the
    covariance of phi, and products with L lose half as many digits.
    """
    if not model.facts.is_regression or in_parts(bread) or not model.rows.X.size:
        return found
    metric = Metric.where_definite(bread)
    if metric is not None and metric.well_conditioned(SURE):
        return found
    try:
        at = Sandwich.of(model, theta, bread)
    except IdentificationError:  # no columns have the digits
        return found
    values, Q = np.linalg.eigh(_made(at.work, at.phi, at.C, cov, scale).matrix)
    root = at.T @ (Q * np.sqrt(np.maximum(values, 0.0)))
    variances = found.matrix.diagonal()  # which exact sums or columns about their means have to more digits
    known = variances if (np.abs((root**2).sum(axis=1) / variances - 1.0) < AGREE).all() else None
    return found._replace(matrix=LowRank.of_parts(np.zeros(len(root)), root, np.eye(len(root)), variances=known))


def _quasi(model: AnyModel, theta: Floats, bread: Floats, cov: str) -> Covariance:
    """Of a variance that is a multiple of the family's."""
    if not isinstance(model, Model):
        raise _without_rows(model, cov)
    phi = quasi_dispersion(model, theta)
    return Covariance(bread * phi, f"quasi(dispersion={phi:.4g})", model.n - len(theta))


def _of_rows(model: AnyModel, theta: Floats, bread: Floats, cov: str) -> Covariance:
    """Of rows that are independent."""
    factor = _small(model, theta, cov, cov == "HC1" or (cov == "robust" and model.has_scale))
    if cov == "robust" and not model.has_scale:
        factor = model.n / (model.n - 1.0)
    sandwich = _sandwich(model, theta, bread, cov)
    return Covariance(sandwich.closed(factor * sandwich.independent(cov), cov), cov, _df(model, theta))


def _of_series(model: AnyModel, theta: Floats, bread: Floats, cov: HAC) -> Covariance:
    """Of rows in the order of time."""
    small = _small(model, theta, cov, cov.correction == "stata")
    sandwich = _sandwich(model, theta, bread, cov)
    meat, lags = sandwich.autocorrelated(cov)
    name = f"HAC(lags={lags}{unusual(cov)})"
    return Covariance(sandwich.closed(small * meat, name), name, _df(model, theta))


def _of_clusters(model: Any, theta: Floats, bread: Floats, cov: Cluster, *most: int) -> Covariance:
    """Of rows in groups, at `most` so many of rows in files. Where the kind was left open they are CR2 if they are few
    and have it, which two ways and very many coefficients have not, and CR1 otherwise.
    """
    if cov.kind is None:
        few = cov.second is None and model.facts.is_regression and FEW_CLUSTERS * len(theta) ** 3 <= AT_ONCE
        try:
            if few and model.in_memory:
                groups = Groups.read(cov.groups, model)
                cov, few = replace(cov, groups=groups), groups.n < FEW_CLUSTERS
            if few:
                return _of_clusters(model, theta, bread, replace(cov, kind="CR2"), FEW_CLUSTERS - 1)
        except (DomainError, IdentificationError):  # more groups than are few, or of which CR2 is not defined
            pass
        cov = replace(cov, kind="CR1")
    _small(model, theta, cov, cov.correction == "statsmodels" or (cov.correction == "stata" and model.has_scale))
    sandwich: Any = _sandwich(model, theta, bread, cov)
    ways, names = sandwich.summed(cov, *most), model.names
    name, df, parts = named(model, cov, ways, len(names))
    if cov.kind == "CR1":
        return Covariance(sandwich.clustered(parts, name), name, df)
    way, sums = ways[0]
    root, meat, degrees = few_groups(
        cov.kind or "CR2", sandwich.back(range(len(names))), sums, names, way.labels.__getitem__
    )
    if cov.correction == "jackknife":
        meat *= (way.n - 1.0) / way.n
    return Covariance(closed(root.dot, meat, names, name), name, degrees.df(np.eye(len(names))), degrees)


OF_KIND: Mapping[Any, Callable[..., Covariance]] = {
    "quasi": _quasi,
    **dict.fromkeys(POWER, _of_rows),
    HAC: _of_series,
    Cluster: _of_clusters,
}
"""What makes the covariance of each kind, by its name or its class, but for the inverse information itself."""


def _df(model: AnyModel, theta: Floats) -> float:
    return model.n - len(theta) if model.has_scale else np.inf


def _small(model: AnyModel, theta: Floats, cov: object, divides: bool) -> float:
    """n / (n - p) where the kind `divides` by it or a number like it, else 1; DomainError where it is not positive."""
    n, p = model.n, len(theta)
    if n <= p and divides:
        raise DomainError(
            f"{cov} multiplies by n / (n - p), and {model.title} has {p} coefficients of n = {n:g}. Use cov='HC0', or "
            "a correction without p."
        )
    return n / (n - p) if divides else 1.0


def _sandwich(model: AnyModel, theta: Floats, bread: Floats, cov: str | HAC | Cluster) -> Sandwich:
    """What makes the meat; IncompatibleError where the model has no rows."""
    if model.facts.is_regression or model.facts.is_partial or (isinstance(model, Custom) and model.is_by_row):
        return Sandwich.of(model, theta, bread)
    raise _without_rows(model, cov)


def _without_rows(model: AnyModel, cov: object) -> IncompatibleError:
    way = " or return an array from loglik, one number for each row" if model.facts.is_function else ""
    return IncompatibleError(
        f"cov={quoted(cov)} sums the scores of rows, and {model.title} has no rows; use cov='information'{way}."
    )


def _require_variances(model: AnyModel, variances: list[float], scale: float) -> None:
    """DomainError where a variance has no digits in float64; where y is 0 in every row, `scale` has none either."""
    if not model.facts.is_unconstrained:
        return
    square = scale * scale
    if not model.facts.is_regression:  # a variance at its boundary 0 has none
        variances = [1.0 if variance != variance else variance for variance in variances]
    if square < SMALLEST_VARIANCE:
        square = 1.0
    low, high = min(variances), max(variances)
    if low * min(square, 1.0) > SMALLEST_VARIANCE and high * max(square, 1.0) < LARGEST_VARIANCE:
        return
    sizes = [variance * square for variance in variances]
    beyond = int(np.argmax([abs(log(size)) if 0.0 < size < np.inf else np.inf for size in sizes]))
    raise DomainError(
        f"{model.title}: the variance of {model.names[beyond]!r}, which has the size {sizes[beyond]:.1g}, is beyond "
        "float64. Change the units of its column, or those of the outcome."
    )


ROWS, TIMES = 2_000, 20


@dataclass(frozen=True)
class Spread:
    """`ratio` is Pearson / df, and `p_value` how often chance alone takes it so far from 1."""

    ratio: float
    df: float
    p_value: float


def spread_of(model: Model, theta: Floats, statistic: float | None = None) -> Spread | None:
    """Pearson / df of counts and of groups of several trials; None of other outcomes, where it says nothing.

    `statistic` is Pearson's, where it is known.

    >>> import stattools as st
    >>> spread_of(st.poisson([0, 9, 1, 6], [[1.0]] * 4, intercept=False), np.array([np.log(4.0)])).ratio
    4.5
    >>> spread_of(st.logistic([0, 1, 0, 1], [1, 2, 3, 4]), np.zeros(2)) is None
    True
    """
    outcome, df = model.likelihood.outcome, model.n - len(theta)
    if outcome not in (Outcome.COUNT, Outcome.TRIALS) or df <= 0:
        return None
    if outcome is Outcome.TRIALS and most_trials(model) <= 1:
        return None
    statistic = pearson_statistic(model, theta) if statistic is None else statistic
    small = 2.0 / _variance(model, theta)
    upper = float(special.chdtrc(small * df, small * statistic))
    return Spread(statistic / df, df, 2.0 * min(upper, 1.0 - upper, 0.5))


def _variance(model: Model, theta: Floats) -> float:
    """E r^4 - 1 under the model; 2, that of normal outcomes, where a likelihood draws none."""
    rows, family = model.rows.sample(ROWS), model.likelihood
    eta = np.repeat(replace(model, rows=rows, source=None).eta(theta), TIMES, axis=0)
    y = np.repeat(rows.y, TIMES, axis=0)
    trials = family.trials_of(y)
    try:
        drawn = with_trials(family, trials).sample(eta, seed=0)
    except (IncompatibleError, ValueError):  # means beyond what NumPy draws
        return 2.0
    gap, variance = drawn / np.maximum(trials, 1.0) - family.mean(eta), family.variance(eta, y)
    used = (variance > 0) & (np.asarray(trials) > 0)
    return float(max(((gap[used] ** 2 / variance[used]) ** 2).mean() - 1.0, 0.1)) if used.any() else 2.0
