"""The default priors of a linear mixed model: those of a linear regression, and of what varies between groups.

    sd of a level        Exponential(1 / sd(y))
    sd of a slope of x   Exponential(sd(x) / sd(y))     effects as large as sd(y) per standard deviation of the column
    correlations         Uniform(-1, 1)                 given the effects before, where there are three or more

An exponential prior has its highest density at 0: where groups do not differ it does not hold the effects away from 0.
"""

from __future__ import annotations

from stattools.bayes.priors.default import Default
from stattools.bayes.priors.flat import Uniform
from stattools.bayes.priors.scaled import Exponential
from stattools.models.mixed.mixed_density import MixedDensity


def of_mixed(model: MixedDensity, regression: tuple[Default, ...]) -> tuple[Default, ...]:
    """The defaults of the parameters in their order, from those of the `regression` on the fixed effects."""
    *fixed, sigma = regression
    found = list(fixed)
    for one in model.effects:
        for spread in one.spread.tolist():
            about = "mean sd(y)" if spread == 1.0 else "mean sd(y) per standard deviation of the column"
            found.append(Default(Exponential(float(sigma.prior.rate) * spread), about))
        found += [Default(Uniform(-1.0, 1.0), "every value alike")] * (len(one.called) - len(one.names))
    return (*found, sigma)
