"""Which of statsmodels' models is read by which file, and why others are refused."""

from __future__ import annotations

from stattools.errors import IncompatibleError
from stattools.validation.foreign.description import Foreign, Given, attributes
from stattools.validation.foreign.statsmodels_results import mixed, ordered, own_densities, partial, regressions, zeros
from stattools.validation.foreign.statsmodels_results.outcomes import with_outcome

MODELS = {
    **dict.fromkeys(("OLS", "WLS", "GLM", *regressions.DISCRETE), regressions.describe),
    **dict.fromkeys(zeros.FAMILIES, zeros.describe),
    **dict.fromkeys(own_densities.TRUNCATED, own_densities.describe_counts),
    "BetaModel": own_densities.describe_shares,
    "OrderedModel": ordered.describe,
    "MixedLM": mixed.describe,
    "PHReg": partial.describe_hazards,
    "ConditionalLogit": partial.describe_sets,
}
"""By the class of `results.model`."""

WHITENED = "it whitens the rows by a covariance that is an input, and there is no likelihood of independent rows"
NO_LIKELIHOOD = "it has no likelihood, so that there is no maximum to be near"
BAYES = "its numbers are of a variational posterior; st.posterior of a formula with (1 | g) has draws of the exact one"
SERIES = "audit knows no models of series of statsmodels; st.validate compares st.local_level and others with them"
NO_GENERALIZED = (
    "the generalized Poisson distribution has no twin here; NegativeBinomial and its zero-inflated kin have"
)
REFUSED = {
    "GLS": WHITENED,
    "GLSAR": WHITENED,
    "RLM": f"{NO_LIKELIHOOD}: it weights rows by their residuals",
    "QuantReg": f"{NO_LIKELIHOOD}: it minimizes absolute deviations",
    **dict.fromkeys(
        ("GEE", "NominalGEE", "OrdinalGEE"),
        f"{NO_LIKELIHOOD}: it solves estimating equations. With an independence working correlation audit the GLM with "
        'cov_type="cluster"',
    ),
    **dict.fromkeys(("PoissonBayesMixedGLM", "BinomialBayesMixedGLM", "_BayesMixedGLM"), BAYES),
    **dict.fromkeys(
        (
            "ARIMA",
            "SARIMAX",
            "AutoReg",
            "UnobservedComponents",
            "ETSModel",
            "ExponentialSmoothing",
            "VAR",
            "VARMAX",
            "DynamicFactor",
            "MarkovRegression",
            "MarkovAutoregression",
        ),
        SERIES,
    ),
    **dict.fromkeys(("GeneralizedPoisson", "ZeroInflatedGeneralizedPoisson"), NO_GENERALIZED),
    **dict.fromkeys(("ConditionalPoisson", "ConditionalMNLogit"), "of conditional models ConditionalLogit has a twin"),
    "HurdleCountModel": "its zeros are those of a distribution of counts; of log odds st.hurdle has them",
    "TruncatedLFGeneralizedPoisson": NO_GENERALIZED,
    "GLMGam": "its curves are other bases than those of s(x) here",
    "RecursiveLS": "its numbers are of rows up to each time; audit the OLS of all rows",
    "RollingOLS": "its numbers are of windows; audit the OLS of one of them",
}
"""Why a model is not judged, and what to do."""


def describe(results: object, given: Given) -> Foreign:
    """The description of a results object; IncompatibleError for a model that we do not have."""
    given.refuse(
        "weights= and offset= are for fits that carry no rows; results of statsmodels carry their own.",
        "weights",
        "offset",
    )
    model = attributes(results, {"model": None}).model
    name = type(model).__name__
    if name not in MODELS:
        raise IncompatibleError(
            f"audit and explain know {', '.join(MODELS)} of statsmodels; got {name}: "
            f"{REFUSED.get(name, 'it has no twin here')}."
        )
    if model.exog is None or model.endog is None:
        raise IncompatibleError("these results carry no data (remove_data was called): fit the model again.")
    return with_outcome(MODELS[name](results), results, given)
