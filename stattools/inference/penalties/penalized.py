"""A model with a penalty is a model: it answers `names, start, n, evaluate`, so that Newton's steps, the certificate
and profile intervals are the same code.

    Jeffreys: loglik(theta) + log det I(theta) / 2,    Ridge: loglik(theta) - strength |beta|^2 / 2

The derivatives of Jeffreys' penalty are those of the expected information. With Q_i = J_i I^-1 J_i^T for the Jacobian
J_i of the linear predictors of row i, and K3, K4 the cumulants of its outcome, or slope and bend of its information
where the link is not canonical:

    d log det I = sum_i J_i^T (K3_i : Q_i),    d2 log det I = sum_i J_i^T (K4_i : Q_i) J_i - tr(I^-1 I' I^-1 I')

Of labels c in an order, with their probabilities p, scores s and observed informations J in the linear predictors,

    I = sum_i J_i^T M_i J_i,   M = sum_c p s s^T,    d tr(Q M) = sum_c p [(s^T Q s) s - 2 J Q s]

For these and for partial likelihoods, whose slope is exact too, the second derivative is the difference of slopes a
little to either side, in coordinates in which I is the identity. Source: McCullagh & Nelder (1989), 2.2; Bull, Mak &
Greenwood (2002) for categories; Kosmidis, JRSS B 76 (2014), 169-196, for cumulative models; Heinze & Schemper,
Biometrics 57 (2001), 114-119, for partial likelihoods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NoReturn, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_triangular

from stattools.data.rows.rows import Block
from stattools.data.rows.standardization import Standardization
from stattools.errors import AbsentError, DomainError, IdentificationError, IncompatibleError, quoted
from stattools.inference.existence import check_size
from stattools.inference.existence.boundaries import check_dispersion
from stattools.inference.existence.partial_likelihood import check_columns
from stattools.inference.existence.rank import check_rank
from stattools.inference.existence.second_order import certified_within
from stattools.interface.arguments import described, is_number, require_truth
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import meant
from stattools.interface.names.guesses import constructed_by_callers
from stattools.likelihoods.likelihood import cumulants_of
from stattools.models.custom import Custom
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.models.questions import AnyModel, ModelFacts, answer_of
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.partial_likelihood import near, slope_of_log_determinant
from stattools.numerics.arrowhead import Arrow, in_parts
from stattools.numerics.columns import weighted
from stattools.solvers.climb import newton_ascent, orthogonalized
from stattools.solvers.first_order import LBFGS
from stattools.solvers.metric import Metric
from stattools.solvers.newton import Newton
from stattools.solvers.softmax.maximum import large_with_ridge, maximize_softmax
from stattools.solvers.solution import Solution
from stattools.solvers.subsampling import certified_ascent, expanded, named
from stattools.text.one_line import one_line

NO_SE = "penalized: no standard errors"
"""What a ridge fit says of its standard errors."""


@constructed_by_callers
@dataclass(frozen=True, repr=False)
class Ridge:
    """Half of `strength` times the squared norm of all coefficients but the intercepts, taken from the log-likelihood.

    A constant column is an intercept, whatever its name, unless it is 0. The columns count as they are, unscaled.
    Where there are three categories or more, in `st.softmax` and in the last layer of `st.network`, the coefficients
    count about their mean over all categories, the reference's zeros included: the fit is then the same whatever the
    reference, and scikit-learn's with `C` 1 / strength. `centered=False` takes them as they are, against the reference;
    `centered=True` takes those of two categories about their mean too, which is half of the strength. For `st.ols`,
    whose scale is held at 1, `strength` is the `alpha` of scikit-learn's Ridge. The dispersion of a negative binomial
    is left alone. The estimate is the mode of a posterior with prior Normal(0, 1 / sqrt(strength)) of each coefficient,
    where centered for those of each category before the reference's are subtracted; read otherwise it has no standard
    errors. Raises DomainError unless strength is positive and finite, IncompatibleError for `centered=True` without
    categories. Source: Hoerl & Kennard (1970); le Cessie & van Houwelingen (1992).

    >>> import stattools as st
    >>> from stattools.inference.penalties import maximize
    >>> model = st.ols("y ~ 0 + x", {"y": [1.0, 2.0], "x": [1, 2]})  # x'y / (x'x + 5)
    >>> maximize(model, Ridge(5.0)).estimate.round(9).tolist()
    [0.5]
    """

    is_concave: ClassVar[bool] = True
    strength: float
    centered: bool | None = None

    def __post_init__(self) -> None:
        if not (is_number(self.strength) and self.strength > 0):
            raise DomainError(
                f"Ridge needs a positive, finite strength, such as 1.0; got {quoted(self.strength)}. Leave penalty= "
                "out for maximum likelihood."
            )
        if self.centered is not None:
            require_truth(self.centered, "centered= of Ridge, where it is given,")

    @one_line
    def __repr__(self) -> str:
        return f"Ridge({self.strength:g}{'' if self.centered is None else f', centered={self.centered}'})"

    def is_centered(self, model: AnyModel) -> bool:
        """Whether the coefficients of a model count about their mean over the categories."""
        return _categories(model) > 2 if self.centered is None else self.centered

    def check(self, model: AnyModel) -> None:
        """Any model with names will do; IncompatibleError for `centered` without categories, IdentificationError for
        two intercepts.
        """
        if self.centered and not _categories(model):
            raise IncompatibleError(f"Ridge(centered=True) needs st.softmax; got {model.title}. Leave centered= out.")
        if not isinstance(model, Model):
            return
        is_free = ~penalized_coefficients(model) & (model.predictor.column >= 0)
        for part in model.predictor.parts:
            left = [model.terms[column] for column in model.predictor.column[part][is_free[part]]]
            if len(left) > 1:
                raise IdentificationError(
                    f"{self!r} leaves intercepts alone, and {left[0]!r} and {left[1]!r} are both constant: the data "
                    "cannot tell them apart. Leave out one of them."
                )

    def term(self, model: Any, theta: Floats, now: Evaluation, T: Standardization, order: int) -> Evaluation:
        """- strength |T theta|^2 / 2 over the penalized coefficients."""
        which = penalized_coefficients(model)
        if order == 2:
            self.require_units(model.names, T.diagonal(), which)
        beta = T.product(theta)
        gap = np.zeros_like(beta)
        gap[which] = self.strength * self._about_mean(model, beta[which])
        value = -0.5 * float(beta @ gap)
        if order == 0:
            return Evaluation(value)
        score = -T.pulled(gap)
        if order == 1:
            return Evaluation(value, score)
        H: Any = now.information
        if in_parts(H):
            D, C = self._within(model, H.at), self._within(model, H.places[1])
            return Evaluation(value, score, Arrow(H.at, D, np.zeros_like(H.B), C).mapped(T))  # type: ignore[arg-type]
        B = T.whole[which]
        return Evaluation(value, score, self.strength * (B.T @ self._about_mean(model, B)))

    def quadratic(self, model: Model) -> Floats:
        """Q of the penalty theta^T Q theta / 2, shape (p, p)."""
        return self._within(model, np.arange(len(model.names)))

    def _within(self, model: Model, rows: NDArray[np.intp]) -> Floats:
        """Q between the coefficients `rows` (..., k)."""
        found = self.added(model)[rows][..., None] * np.eye(rows.shape[-1])
        if self.is_centered(model):  # about the mean of all categories of the column
            column = model.predictor.column[rows]
            alike = column[..., :, None] == column[..., None, :]
            found -= self.added(model)[rows][..., None] / (model.predictor.width + 1) * alike
        return found

    def require_units(self, names: Sequence[str], units: Floats, penalized: NDArray[np.bool_]) -> None:
        """DomainError where the strength overflows in the units in which a penalized coefficient is climbed."""
        largest = float(np.abs(units * penalized).max(initial=0.0))
        if len(units) * self.strength * largest * largest == np.inf:
            name, spread = names[int(np.argmax(np.abs(units * penalized)))], 1.0 / largest
            raise DomainError(
                f"{self!r} over the square of {spread:.1g}, the scale on which {name!r} varies, is beyond float64. "
                f"Give a strength below {1e300 * spread * spread / len(units):.1g}, or change the units of that column."
            )

    def added(self, model: AnyModel) -> Floats:
        """What the penalty adds to the information about each coefficient, (p,), where it is not centered."""
        return np.where(penalized_coefficients(model), float(self.strength), 0.0)

    def covariance(self, solution: Solution, model: AnyModel) -> Floats:
        """The inverse of the penalized information: of the posterior at its mode, not of the estimate."""
        return solution.covariance

    def _about_mean(self, model: Model, B: Floats) -> Floats:
        """The rows of B, one per penalized coefficient, less their mean over the categories where it is centered."""
        if not self.is_centered(model):
            return B
        width = model.predictor.width
        blocks = B.reshape(width, -1, *B.shape[1:])
        return (blocks - blocks.sum(axis=0) / (width + 1)).reshape(B.shape)


def _categories(model: AnyModel) -> int:
    """The number of categories of an outcome, 0 for others."""
    if model.likelihood is None or not model.likelihood.facts.by_category:
        return 0
    return model.likelihood.width + 1


def penalized_coefficients(model: AnyModel) -> NDArray[np.bool_]:
    """All but the intercepts, whatever their name, and the parameters that are no coefficients of columns."""
    if not isinstance(model, Model):
        return np.array([name != "Intercept" for name in model.names])
    value = model.rows.constants
    constant = np.isfinite(value) & (value != 0)  # an intercept by another name
    slopes = [term != "Intercept" and not alike for term, alike in zip(model.terms, constant, strict=True)]
    return model.predictor.of_columns(np.array(slopes), False).astype(bool)


def no_covariance(model: Any, penalty: Ridge) -> NoCovariance:
    """What a ridge fit has in place of a covariance."""
    spread = f"st.posterior(fit.model, prior=st.Normal(0, {penalty.strength**-0.5:.3g}))"
    return NoCovariance(
        len(model.names),
        f"{model.title} with {penalty!r} is {NO_SE}",
        f"For standard errors leave penalty= out; for shrinkage with a spread draw {spread}.",
    )


class NoCovariance:
    """Stands for a matrix (p, p) that does not exist; it knows its shape, and says why where it is used.

    >>> import stattools as st
    >>> fit = st.fit(st.ols([1.0, 2.0, 4.0, 3.0], [0.0, 1.0, 2.0, 3.0]), penalty=st.Ridge(1.0))
    >>> fit.covariance
    <no covariance: Linear regression with Ridge(1) is penalized: no standard errors>
    >>> fit.se
    Traceback (most recent call last):
    stattools.errors.AbsentError: Linear regression with Ridge(1) is penalized: no standard errors, and no ...
    """

    def __init__(self, p: int, why: str, instead: str) -> None:
        self.shape, self.ndim, self.why, self.instead = (p, p), 2, why, instead

    @one_line
    def __repr__(self) -> str:
        return f"<no covariance: {self.why}>"

    def __len__(self) -> int:
        return self.shape[0]

    def refuse(self, *_: Any) -> NoReturn:
        """IncompatibleError with the reason, and what to do instead."""
        raise IncompatibleError(self.message)

    @property
    def message(self) -> str:
        """The reason, and what to do instead."""
        return f"{self.why}, and no intervals either. {self.instead}"

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NDArray[np.generic]:
        self.refuse()

    __eq__ = __ne__ = __getitem__ = __iter__ = refuse
    __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = __matmul__ = __neg__ = refuse
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rmatmul__ = refuse
    __hash__ = object.__hash__

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(name) if name.startswith("_") else AbsentError(self.message)


LARGE = 120
"""Coefficients up to which the second derivative of log det I may be made of that of I, P^3 numbers. Of one linear
predictor it is made of products between rows where these are fewer; of several with more coefficients it is left out:
Newton's steps are then Fisher's.
"""
MOST = 2e10
"""Multiplications of products between rows: about a second. Beyond, Newton's steps are Fisher's too."""
AT_ONCE = 1_000
"""Rows whose products with all others are made together."""
ASIDE = 1e-4
"""How far to either side slopes are taken, in standard errors: their difference then has eight digits."""
MANY = 1000
"""With so many events for each coefficient of a partial likelihood the second derivative is a share of less than
1 / MANY, and is left out.
"""


@constructed_by_callers
@dataclass(frozen=True)
class Jeffreys:
    """Half the log determinant of the information: Firth's penalty, `st.fit(model, penalty=st.Jeffreys())`.

    For logistic, softmax and Poisson regression, where it takes the bias of order 1 / n away (Firth 1993). For probit,
    cloglog, loglog and cauchit it is Jeffreys' prior of the coefficients, brglm2's `type = "MPL_Jeffreys"`, which
    shrinks them as it does those of the logit: Firth's adjusted score is the slope of no penalty there. For negative
    binomial regression the information is that about the coefficients of the mean, at the alpha that is estimated
    beside them; log alpha moves down by an order of p / n. For labels in order (`st.ordinal` without scale=) it is that
    about coefficients and thresholds together. The information is the expected one. For `st.cox` with ties
    of Efron or Breslow, and for matched sets of one case each, it is that of the partial likelihood, as in R's coxphf.
    The estimates are finite for any outcomes, separated or not, and do not depend on the scale or the origin of the
    columns; standard errors come from the information at the estimate, and profile intervals from the penalized
    log-likelihood. Raises IncompatibleError for other models. Source: Firth (1993); for finiteness, and for other
    links, Kosmidis & Firth (2021); for categories Bull, Mak & Greenwood (2002); for Cox's Heinze & Schemper (2001).

    >>> import stattools as st
    >>> from stattools.inference.penalties import maximize
    >>> separated = st.logistic([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0])
    >>> maximize(separated, Jeffreys()).estimate.round(4).tolist()
    [-3.2748, 1.3099]
    """

    is_concave: ClassVar[bool] = False

    def check(self, model: AnyModel) -> None:
        """IncompatibleError unless the likelihood has the penalty."""
        if isinstance(model, CoxRegression):
            if model.exact is None:
                return
            raise IncompatibleError(
                f"Jeffreys needs third moments of those at risk, which exact ties of {model.title} do not have one by "
                'one. Use st.Ridge(strength), or in st.cox ties="efron".'
            )
        if not (model.facts.is_regression and model.likelihood.facts.has_firth):
            raise IncompatibleError(
                "Jeffreys needs a logistic, probit, cloglog, loglog, cauchit, softmax, ordinal, Poisson, negative "
                f"binomial or Cox regression; got {model.title}. Use st.Ridge(strength), or leave penalty= out."
            )
        model.rows.at_hand(
            "Jeffreys sums third derivatives over all rows in every step",
            model.title,
            "It moves estimates by an order of 1 / sqrt(n) standard errors: leave penalty= out. Where outcomes are "
            "separated use st.Ridge(strength), or fit the rows in memory.",
        )

    def term(self, model: Any, theta: Floats, now: Evaluation, T: Standardization, order: int) -> Evaluation:
        """log det I / 2 in the coordinates T theta; -inf where the information is singular."""
        try:
            metric = Metric(_information(model, theta, now))
        except (IdentificationError, FloatingPointError):
            nothing = Evaluation(-np.inf), Evaluation(-np.inf, np.zeros_like(theta))
            return (*nothing, Evaluation(-np.inf, np.zeros_like(theta), np.zeros_like(now.information)))[order]
        by_differences = model.facts.is_partial or model.predictor.taken_up
        own = slice(None) if by_differences else slice(0, model.predictor.size_first)
        half = float(0.5 * metric.log_determinant() - np.linalg.slogdet(T[own, own])[1])
        if order == 0:
            return Evaluation(half)
        if by_differences:
            return _by_differences(model, theta, half, metric.whiten(), order)
        W, P = metric.whiten(), len(theta)
        n = len(model.rows.y)
        most = P**3 * (n + 4.0 * P) if P <= LARGE else MOST
        between = order == 2 and model.predictor.width == 1 and 4.0 * n * n * P < most
        bends = order == 2 and P <= LARGE and not between
        pairs: list[tuple[Floats, Floats]] = []
        score, fourth, third = np.zeros(P), np.zeros((P, P)), np.zeros((P, *W.shape) if bends else 0)
        for block, X, pullback, rows in _cumulants(model, theta):
            Q = leverage(W, X, model.predictor.n_first)
            score += 0.5 * pullback(flat(rows.third(Q)))
            if bends or between:
                fourth += model.predictor.information(block, flat(rows.fourth(Q)))
            if bends:
                third += (
                    change_of_information(rows.skewness(), X)
                    if model.likelihood.facts.canonical
                    else change_of_weights(model.predictor.row_scores(block.X, flat(rows.slope)), X)
                )
            elif between:
                slope = rows.skewness() if model.likelihood.facts.canonical else rows.slope
                pairs.append((np.asarray(X @ W), model.predictor.row_scores(block.X, slope.reshape(len(X)))))
        if order == 1:
            return Evaluation(half, score)
        square = np.zeros((P, P))
        if between:
            square = between_rows(*map(np.concatenate, zip(*pairs, strict=True)))
        elif bends:
            change = (W.T @ third @ W).reshape(P, -1)
            square = change @ change.T
        return Evaluation(half, score, 0.5 * (square - fourth))

    def added(self, model: AnyModel) -> Floats:
        """Nothing is added to the information."""
        return np.zeros(len(model.names))

    def covariance(self, solution: Solution, model: Any) -> Floats:
        """The inverse of the information at the estimate, the penalty left out, as in R's logistf and brglm2: the
        expected one, of a negative binomial that about all its parameters, which is observed.
        """
        theta = solution.estimate
        now = model.evaluate(theta)
        observed = not model.facts.is_partial and model.likelihood.others and not model.predictor.taken_up
        return Metric(now.information if observed else _information(model, theta, now)).covariance()


def _information(model: Any, theta: Floats, now: Evaluation) -> Floats:
    """The expected information; FloatingPointError where thresholds cross."""
    if model.facts.is_partial or model.likelihood.facts.canonical:
        return now.information
    return (expected_information if model.predictor.taken_up else about_the_mean)(model, theta)


def _by_differences(model: Any, theta: Floats, half: float, W: Floats, order: int) -> Evaluation:
    """log det I / 2 with its slope, and the second derivative as the difference of slopes."""
    slope = _slope_of_partial if model.facts.is_partial else _slope_of_cuts
    score = slope(model, theta, W)
    if order == 1:
        return Evaluation(half, score)
    if model.sets.total >= MANY * len(W) if model.facts.is_partial else len(W) > LARGE:
        return Evaluation(half, score, np.zeros_like(W))
    change = np.empty_like(W)
    for k, step in enumerate(ASIDE * W.T):
        up, down = (slope(model, theta + side * step) for side in (1.0, -1.0))
        change[k] = W.T @ (up - down) / (2.0 * ASIDE)
    inner = solve_triangular(W, 0.5 * (change + change.T), trans=1)
    return Evaluation(half, score, -solve_triangular(W, inner.T, trans=1).T)


def _slope_of_partial(model: CoxRegression, theta: Floats, W: Floats | None = None) -> Floats:
    at = near(model.at(theta))
    return 0.5 * slope_of_log_determinant(at, Metric(at.information()).whiten() if W is None else W)


def _slope_of_cuts(model: Model, theta: Floats, W: Floats | None = None) -> Floats:
    W = Metric(expected_information(model, theta)).whiten() if W is None else W
    total, inverse = np.zeros(len(theta)), W @ W.T
    for block in model.rows.blocks():
        eta, pullback = model.predictor.forward(theta, block)
        Q, moved = model.predictor.covariance(block.X, inverse), np.zeros_like(eta)
        for p, s, J in _labels(model, eta):
            Qs = (Q @ s[:, :, None])[:, :, 0]
            moved += p[:, None] * ((s * Qs).sum(axis=1)[:, None] * s - 2.0 * (J @ Qs[:, :, None])[:, :, 0])
        total += 0.5 * pullback(weighted(moved, block.weight))
    return total


def expected_information(model: Model, theta: Floats) -> Floats:
    """The expected information about coefficients and thresholds; FloatingPointError where thresholds cross."""
    total = np.zeros((len(theta), len(theta)))
    for block in model.rows.blocks():
        eta, _ = model.predictor.forward(theta, block)
        M = sum(
            (p[:, None, None] * s[:, :, None] * s[:, None, :] for p, s, _ in _labels(model, eta)),
            np.zeros((*eta.shape, eta.shape[1])),
        )
        total += model.predictor.information(block, weighted(M, block.weight))
    return total


def _labels(model: Model, eta: Floats) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Probability, score and information of each label in turn."""
    for label in range(len(model.labels or ())):
        log, score, information = model.likelihood.evaluate(eta, np.full(len(eta), float(label)))
        if not np.isfinite(log).all():
            raise FloatingPointError("thresholds cross")
        yield np.exp(log), score, information


def _cumulants(model: Model, theta: Floats) -> Iterator[tuple[Block, Floats, Callable[[Floats], Floats], Any]]:
    """Each block with the columns of its first parameter, its pullback, and how its information moves."""
    for block in model.rows.blocks():
        eta, pullback = model.predictor.forward(theta, block)
        weight = np.ones(len(eta)) if block.weight is None else block.weight
        yield block, block.X[:, model.predictor.first], pullback, cumulants_of(model.likelihood, eta, block.y, weight)


def about_the_mean(model: Model, theta: Floats) -> Floats:
    """The expected information about the coefficients of the first parameter, from `cumulants`."""
    total = np.zeros((model.predictor.size_first,) * 2)
    for _, X, _, rows in _cumulants(model, theta):
        total += X.T @ (X * rows.information[:, None])
    return total


def leverage(W: Floats, X: Floats, width: int) -> Floats:
    """Q_i[a, b] = x_i^T [W W^T]_ab x_i, shape (n, width, width)."""
    parts = [X @ W[a * X.shape[1] : (a + 1) * X.shape[1]] for a in range(width)]
    return np.stack([np.stack([(one * two).sum(axis=1) for two in parts], axis=-1) for one in parts], axis=-2)


def change_of_information(skewness: Floats, X: Floats) -> Floats:
    """d I / d theta_K for every coefficient K, shape (P, P, P): sums of skewness_abk x_r x_s x_t."""
    width, p = skewness.shape[1], X.shape[1]
    total = np.zeros((width, p, width, p, width, p))
    for a in range(width):
        for b in range(a, width):
            for k in range(b, width):
                weighted = X * skewness[:, a, b, k, None]
                cube = np.stack([X.T @ (weighted * X[:, t, None]) for t in range(p)])
                for i, j, m in {(a, b, k), (a, k, b), (b, a, k), (b, k, a), (k, a, b), (k, b, a)}:
                    total[i, :, j, :, m, :] = cube
    return total.reshape(width * p, width * p, width * p)


def change_of_weights(slopes: Floats, X: Floats) -> Floats:
    """d X^T diag(w) X / d theta_K, shape (P, p, p), where row i of `slopes` (n, P) is that of its weight in theta."""
    return np.stack([X.T @ (X * slope[:, None]) for slope in slopes.T])


def between_rows(moved: Floats, slopes: Floats) -> Floats:
    """tr(I^-1 I'_K I^-1 I'_L) of all coefficients, (P, P): S'(H * H) S with H_ij = x_i'I^-1 x_j, of rows `moved` (n, p)
    to the coordinates in which I is 1, whose weights have the `slopes` S (n, P). It is what P^3 numbers I' say too.
    """
    total = np.zeros((slopes.shape[1],) * 2)
    for start in range(0, len(moved), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        products = moved[part] @ moved.T
        products *= products
        total += slopes[part].T @ (products @ slopes)
    return total


def flat(values: Floats) -> Floats:
    """(n, 1) and (n, 1, 1) as the (n,) that predictors of width 1 take."""
    return values.reshape(len(values)) if values[0].size == 1 else values


class Penalty(Protocol):
    """What is added to the log-likelihood, with its score and its information; and whether that is concave, so that the
    maximum of a concave log-likelihood stays the only one.
    """

    is_concave: ClassVar[bool]

    def check(self, model: AnyModel) -> None: ...
    def term(self, model: AnyModel, theta: Floats, now: Evaluation, T: Standardization, order: int) -> Evaluation: ...
    def covariance(self, solution: Solution, model: AnyModel) -> Floats: ...
    def added(self, model: AnyModel) -> Floats: ...


@dataclass(frozen=True, eq=False, repr=False)
class Penalized(AnyModel):
    """A model with a penalty: answers what solvers and profiles ask. The user's coefficients are T theta."""

    model: Any
    penalty: Penalty
    T: Any
    facts = ModelFacts(is_unconstrained=True)
    names = answer_of("model.names", "Names of the coefficients.")
    n = answer_of("model.n", "Number of observations.")
    start = answer_of("model.start", "Where solvers begin.")

    @property
    def title(self) -> str:
        """`Logistic regression, penalized by Jeffreys()`."""
        return f"{self.model.title}, penalized by {self.penalty!r}"

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Penalized log-likelihood, its score and its information (minus the second derivative)."""
        theta = np.asarray(theta, dtype=float)
        now = self.model.evaluate(theta, order=2 if isinstance(self.penalty, Jeffreys) else order)
        if not now.is_finite:
            return now
        own = Evaluation(now.loglik, now.score if order else NONE, now.information if order == 2 else NONE)
        return own + self.penalty.term(self.model, theta, now, self.T, order)

    def loglik(self, theta: ArrayLike) -> float:
        """The penalized log-likelihood."""
        return self.evaluate(theta, order=0).loglik

    def dispersion(self, theta: ArrayLike) -> float:
        """As without the penalty: distances to the maximum are in standard errors."""
        return self.model.dispersion(theta)

    def standardized(self) -> tuple[Penalized, Standardization]:
        """This function on standardized columns, or for Jeffreys on orthogonal ones, and the map back."""
        keeps = isinstance(self.penalty, Jeffreys) and self.model.facts.is_regression and self.model.in_memory
        work, T = orthogonalized(self.model) if keeps else self.model.standardized()
        return Penalized(work, self.penalty, self.T.before(T)), T


NONE = np.empty(0)


def penalized(model: AnyModel, penalty: Penalty) -> Penalized:
    """The model with the penalty added to its log-likelihood.

    Raises IncompatibleError where the penalty does not fit the model.

    >>> import stattools as st
    >>> model = st.logistic([0, 1], [[1.0], [1.0]], intercept=False)
    >>> gain = penalized(model, Jeffreys()).loglik([0.0]) - model.loglik([0.0])
    >>> round(gain, 12) == round(0.5 * float(np.log(2 * 0.25)), 12)  # information: 2 rows, 1/4 each
    True
    """
    answers = ("check", "term", "covariance", "added")
    if isinstance(penalty, type) or not all(hasattr(penalty, answer) for answer in answers):
        raise IncompatibleError(
            f"penalty= needs st.Jeffreys() or st.Ridge(strength); got {quoted(penalty)}.{meant('penalty', penalty)}"
        )
    if not (isinstance(model, AnyModel) and model.facts.is_unconstrained):
        raise IncompatibleError(
            f"{penalty!r} is for parameters without bounds, such as those of regressions; got {described(model)}. "
            "A prior says what is believed of a probability or a rate: st.posterior(model, prior=...)."
        )
    penalty.check(model)
    return Penalized(model, penalty, Standardization.identity(len(model.names)))


def maximize(model: Any, penalty: Penalty, solver: object = None) -> Solution:
    """The maximum of the penalized log-likelihood by Newton's method, with its certificate.

    `loglik` of the solution is penalized; `covariance` is the inverse information for `Jeffreys`, and for `Ridge` the
    inverse of the penalized one. The decrement is that of the penalized score. Raises IdentificationError for aliased
    columns, IncompatibleError for a solver other than `st.Newton` (softmax and logistic models of many columns take
    `st.LBFGS` with a ridge) or a penalty that does not fit the model.

    >>> import stattools as st
    >>> solution = maximize(st.softmax("g ~ x", {"g": ["a", "b", "c"], "x": [1, 2, 3]}), Jeffreys())
    >>> solution.status, bool(np.isfinite(solution.estimate).all())
    ('converged', True)
    """
    if isinstance(penalty, Ridge) and (isinstance(solver, LBFGS) or solver is None) and large_with_ridge(model):
        return _by_passes(model, penalty, solver or LBFGS())
    solver = Newton(max_steps=1000 if model.facts.is_function else 100) if solver is None else solver
    if not isinstance(solver, Newton):
        raise IncompatibleError(f"a penalty needs the solver st.Newton(); got {quoted(solver)}. Leave solver= out.")
    target = penalized(model, penalty)
    if not model.in_memory:
        return _by_sample(target, solver)
    if model.facts.is_function:
        return _own_likelihood(model, target, solver)
    if not penalty.is_concave:  # as Jeffreys', which has no maximum, but one of round-off, along aliased columns
        if not model.facts.is_partial:
            check_size(model)
        (check_columns if model.facts.is_partial else check_rank)(model)
    work, T = target.standardized()
    whole: Any = work
    found = newton_ascent(whole, work.start, solver.tolerance, solver.max_steps, str(solver).split("(")[0])
    try:
        found = replace(found, covariance=penalty.covariance(found, work.model)).mapped(T)
    except IdentificationError:
        check_dispersion(model, T @ found.estimate, penalized=True)  # at an alpha of 0 no logarithm is known
        raise
    return replace(found, loglik=target.loglik(found.estimate))


def without_penalty(penalty: Penalty, model: Any, solution: Solution) -> float:
    """The log-likelihood at a penalized maximum, without the penalty; no read of files."""
    if model.in_memory:
        return float(model.loglik(solution.estimate))
    if solution.residual_sums is not None:
        return model.loglik_of(solution.residual_sums[0])
    at, T = solution.estimate, Standardization.identity(len(solution.estimate))
    return solution.loglik - penalty.term(model, at, Evaluation(solution.loglik), T, 0).loglik


def _own_likelihood(model: Custom, target: Penalized, solver: Newton) -> Solution:
    """A user's log-likelihood with its penalty is a user's log-likelihood."""
    slopes = None if model.gradient is None else lambda theta: target.evaluate(theta, 1).score
    own = replace(model, function=target.loglik, gradient=slopes, title=target.title, is_by_row=False)
    found, solution = certified_within(own, solver)
    if found.on_bounds:
        raise IdentificationError(f"{target.title} has no maximum inside of its bounds: {found.remarks[0]}")
    return solution


def _by_sample(target: Penalized, solver: Newton) -> Solution:
    """The maximum with its certificate from all rows, climbed as that of a model without penalty."""
    work, T = target.standardized()
    stand_in = replace(work, model=expanded(work.model))
    name = named("Newton", work.model)
    found = certified_ascent(work, stand_in, solver.tolerance, solver.max_steps, name).mapped(T)
    model, theta = target.model, found.estimate
    sums = model.residual_sums(theta) if model.has_scale else None
    plain = -0.5 * (sums[0] + model.n * np.log(2.0 * np.pi)) if sums else model.evaluate(theta, order=0).loglik
    loglik = float(plain + target.penalty.term(model, theta, Evaluation(plain), target.T, 0).loglik)
    return replace(found, loglik=loglik, residual_sums=sums, reads=found.reads + 1)


def _by_passes(model: Model, penalty: Ridge, solver: LBFGS) -> Solution:
    """Many coefficients: passes over the rows, and no matrix with as many rows as coefficients."""
    penalty.check(model)
    T = model.standardized_rows()[1]
    slopes = penalized_coefficients(model)[: len(T)]
    penalty.require_units(model.terms, np.diagonal(T), slopes)
    ridge = penalty.strength * np.where(slopes, np.diagonal(T), 0.0) ** 2
    limits = {"tolerance": solver.tolerance, "max_steps": solver.max_steps}
    found = maximize_softmax(model, ridge=ridge, centered=penalty.is_centered(model), covariance=False, **limits)
    B = found.estimate.reshape(-1, len(T))[:, slopes]
    gap = B - B.sum(axis=0) / (len(B) + 1) if penalty.is_centered(model) else B
    return replace(found, loglik=model.loglik(found.estimate) - 0.5 * penalty.strength * float(np.vdot(B, gap)))
