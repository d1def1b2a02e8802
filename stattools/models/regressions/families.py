"""The regressions that people call, by the name of their constructor, which is the kind of their models too.

A table of names alone, which costs no import: the command line reads it, and saved files are checked with it.
"""

FAMILIES: dict[str, tuple[str, ...]] = {
    "ols": ("Gaussian",),
    "logistic": ("Bernoulli", "Binomial"),
    "probit": ("Probit", "Linked"),
    "softmax": ("Categorical",),
    "ordinal": ("Cumulative",),
    "aft": ("FailureTime",),
    "poisson": ("Poisson",),
    "negative_binomial": ("NegativeBinomial",),
    "gamma": ("GammaFamily",),
    "beta_binomial": ("BetaBinomial",),
    "zero_inflated": ("ZeroInflated",),
    "hurdle": ("Hurdle",),
    "glm": ("Linked", "InverseGaussian", "BetaFamily", "LocationScale"),
}
"""The classes of their likelihoods."""
