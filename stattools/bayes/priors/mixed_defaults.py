"""The default priors of a mixed model: those of the regression without groups, and of what varies between groups.

    sd of a level        Exponential(1 / sd(y))
    sd of a slope of x   Exponential(sd(x) / sd(y))     effects as large as sd(y) per standard deviation of the column
    correlations         Uniform(-1, 1)                 given the effects before, where there are three or more

For other likelihoods 1 of the linear predictor, such as a log odds of 1, stands in the place of sd(y).

An exponential prior has its highest density at 0: where groups do not differ it does not hold the effects away from 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from stattools.bayes.conjugate.normal import Normal
from stattools.bayes.priors.default import Default
from stattools.bayes.priors.flat import Uniform
from stattools.bayes.priors.scaled import Exponential
from stattools.models.mixed.density import Effects, JointDensity, MixedDensity


def of_mixed(model: MixedDensity, regression: tuple[Default, ...]) -> tuple[Default, ...]:
    """The defaults of the parameters in their order, from those of the `regression` on the fixed effects."""
    *fixed, sigma = regression
    return (*fixed, *_between(model.effects, float(sigma.prior.rate), "sd(y)"), sigma)


def of_joint(model: JointDensity, regression: tuple[Default, ...], unit: float) -> tuple[Default, ...]:
    """The same of another likelihood, whose linear predictor has this `unit`, and of the effects in it."""
    size = f"{unit:.6g} of {model.mixed.likelihood.words.predictor}"
    outer = (*regression, *_between(model.effects, 1.0 / unit, size))
    return (*outer, *[Default(Normal(0.0, 1.0), "")] * (len(model.names) - len(outer)))


def _between(effects: Sequence[Effects], rate: float, size: str) -> list[Default]:
    """Of the standard deviations and correlations of effects; `size` is the mean 1 / rate of a level's, in words."""
    found = []
    for one in effects:
        for spread in one.spread.tolist():
            about = f"mean {size}" if spread == 1.0 else f"mean {size} per standard deviation of the column"
            found.append(Default(Exponential(rate * spread), about))
        found += [Default(Uniform(-1.0, 1.0), "every value alike")] * (len(one.called) - len(one.names))
    return found
