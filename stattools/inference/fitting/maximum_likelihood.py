"""Maximum likelihood: the verb `fit(model)`. How each kind of model is fitted stands in `ways.py`."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, overload

from stattools.inference.fitting.regressions import Kind, fit_regression
from stattools.inference.fitting.trainable import SPECIAL, Trainable, TrainingOptions, require_options
from stattools.inference.penalties import Penalty
from stattools.interface.arguments import require_level
from stattools.models.model import Model
from stattools.numerics.threads import one_blas_thread
from stattools.solvers import Solver

if TYPE_CHECKING:
    from stattools.inference.fits.cox_fit import CoxFit
    from stattools.inference.fits.fit import Fit, SeriesFit
    from stattools.inference.fits.mixed_fit import MixedFit
    from stattools.inference.fits.one_vs_rest import OneVsRestFit
    from stattools.models.custom import Custom
    from stattools.models.mixed.mixed_model import LinearMixed, MixedRegression
    from stattools.models.regressions.categories import OneVsRest
    from stattools.models.regressions.times import ConditionalLogit
    from stattools.models.samples.normal import Correlation, NormalSample
    from stattools.models.samples.proportions import Trials, Waits
    from stattools.models.samples.rates import EventRates
    from stattools.models.samples.tables import ConditionalOdds, Multinomial
    from stattools.models.survival.cox import CoxRegression
    from stattools.series.filters.smoothing import ExponentialSmoothing
    from stattools.series.statespace.many import LocalLevelFits, LocalLevels
    from stattools.series.statespace.structural import Structural

    type Counts = Trials | ConditionalOdds | EventRates | Multinomial | Waits
    type Sample = Counts | Correlation | NormalSample


class FitOptions(TypedDict, total=False):
    """The options of a fit."""

    solver: Solver | None
    level: float
    cov: Kind
    penalty: Penalty | None


@overload
def fit(model: OneVsRest, **options: Unpack[FitOptions]) -> OneVsRestFit:
    """One fit for each category."""


@overload
def fit[Best, Together](
    model: Trainable[Best, Together], *, members: None = None, **training: Unpack[TrainingOptions]
) -> Best:
    """A trained network."""


@overload
def fit(model: LocalLevels, **options: Unpack[FitOptions]) -> LocalLevelFits:
    """One fit for each series."""


@overload
def fit[Best, Together](
    model: Trainable[Best, Together], *, members: int, **training: Unpack[TrainingOptions]
) -> Together:
    """An ensemble of networks."""


@overload
def fit(  # pyright: ignore[reportOverlappingOverload]  # matched sets are a kind of Cox's model without its predictions
    model: ConditionalLogit, **options: Unpack[FitOptions]
) -> Fit:
    """A conditional logistic regression of matched sets."""


@overload
def fit(model: CoxRegression, **options: Unpack[FitOptions]) -> CoxFit:
    """A Cox regression."""


@overload
def fit(
    model: LinearMixed,
    *,
    reml: bool = True,
    df: Literal["satterthwaite", "kenward-roger", "residual", "normal"] | None = None,
    certify: Literal["auto", "global", "local"] = "auto",
    **options: Unpack[FitOptions],
) -> MixedFit:
    """A linear mixed model."""


@overload
def fit(
    model: MixedRegression,
    *,
    integral: Literal["auto", "quadrature", "laplace"] = "auto",
    nodes: int | None = None,
    **options: Unpack[FitOptions],
) -> MixedFit:
    """A regression with random effects."""


@overload
def fit(  # what st.logistic and others return for a formula with (1 | g), which a type does not tell
    model: Model, *, integral: Literal["auto", "quadrature", "laplace"], **options: Unpack[FitOptions]
) -> MixedFit:
    """A regression with random effects, whose integral is chosen."""


@overload
def fit(model: Model, *, nodes: int, **options: Unpack[FitOptions]) -> MixedFit:
    """A regression with random effects, whose number of quadrature nodes is given."""


@overload
def fit(model: ExponentialSmoothing | Structural, **options: Unpack[FitOptions]) -> SeriesFit:
    """A model of a time series."""


@overload
def fit(model: Model | Custom | Sample, **options: Unpack[FitOptions]) -> Fit:
    """A regression, a likelihood of your own, or a sample."""


def fit(
    model: Any,
    *,
    solver: Any = None,
    level: float = 0.95,
    cov: Kind = "information",
    penalty: Penalty | None = None,
    **special: Any,
) -> Any:
    """The maximum-likelihood fit of a model.

    `solver` is by default `LeastSquares()` for `st.ols`, the closed form for `st.coin` and `st.binomial`, `LBFGS()` for
    `st.softmax` with so many coefficients that it is cheaper, and `Newton()` otherwise; `level` is the level of the
    intervals printed. `cov` is the covariance that standard errors, tests and predictions are made from: "information",
    "quasi" (times Pearson / df, for counts and groups that vary more than their family), "HC0" ... "HC4", "robust",
    `st.HAC(lags)`, `st.Cluster(groups)`. `penalty` is `st.Jeffreys()` (Firth) or `st.Ridge(strength)`.

    A network (`st.network`) is trained by `st.LBFGS()` or `st.Adam()` from random starts: `seed`, `restarts` (the best
    is kept), `members` and `ensemble` ("deep" or "bootstrap") go with it, `st.Ridge` too. `st.linear_mixed` is fitted
    by the restricted likelihood, with `reml=False` by the likelihood itself; `df` is "satterthwaite",
    "kenward-roger" or "normal", and `certify="global"` proves the maximum of several variances, as it is proven of one.
    Effects of groups in other regressions are integrated out: `integral` is "quadrature", with `nodes` along each
    effect or as many as change nothing, "laplace", or "auto", the first for one grouping with up to three effects.

    Raises IdentificationError where no unique maximum exists (aliased columns, separated outcomes, more coefficients
    than rows), ConvergenceError where the solver stopped short of it, IncompatibleError where parts do not fit
    together, DomainError for a level outside (0, 1).

    >>> import stattools as st
    >>> f = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]}))
    >>> f.estimate.round(6).tolist()
    [0.8, 2.3]
    """
    if not (type(level) is float and 0.0 < level < 1.0):  # a call less where all is well
        require_level(level)
    if special:
        require_options(model, special)
    if type(model) is Model and not special:  # which needs none of the other models, nor waits for their import
        return fit_regression(model, solver, level, cov, penalty)
    from stattools.inference.fitting.ways import way_of

    with one_blas_thread():
        return way_of(model)(model, solver, level, cov, penalty, **special)


_named = [one for one in signature(fit).parameters.values() if one.kind is not Parameter.VAR_KEYWORD]

_named += [Parameter(name, Parameter.KEYWORD_ONLY, default=value) for name, (value, _) in SPECIAL.items()]

fit.__signature__ = signature(fit).replace(parameters=_named)
