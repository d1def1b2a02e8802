"""The conjugate pairs: which models and priors have a posterior in closed form, of the prior's type.

    p(theta | data) = p(data | theta) p(theta) / p(data)

A new pair is one file here in `conjugate/` and one row in `CLOSED_FORMS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stattools.bayes.conjugate.beta_binomial import Beta
from stattools.bayes.conjugate.data.trial_data import TRIALS
from stattools.bayes.conjugate.dirichlet import Dirichlet
from stattools.bayes.conjugate.gamma_poisson import Gamma
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.normal import Normal
from stattools.bayes.conjugate.normal_inverse_gamma import NormalInverseGamma
from stattools.bayes.conjugate.normal_inverse_gamma_regression import NormalInverseGammaRegression
from stattools.bayes.conjugate.normal_inverse_wishart import NormalInverseWishart
from stattools.models.model import Model
from stattools.models.samples.normal import MultivariateSample, NormalSample
from stattools.models.samples.rates import EventRates
from stattools.models.samples.tables import Multinomial


def _update(model: Any, prior: Any) -> Any:
    return prior.update(model)


CLOSED_FORMS: dict[tuple[type, type], Callable[[Any, Any], Any]] = {
    **{(model, Beta): _update for model in TRIALS},
    (NormalSample, Normal): _update,
    (NormalSample, NormalInverseGamma): _update,
    (Model, NormalInverseGammaRegression): _update,
    (Multinomial, Dirichlet): _update,
    (MultivariateSample, NormalInverseWishart): _update,
    (EventRates, Gamma): _update,
}
"""(type of model, type of prior) -> function of the two that returns the posterior; one row per conjugate pair."""


def closed_form(model: Any, prior: Any) -> Any:
    """The posterior of the pair, or None where the pair has no closed form.

    An improper prior belongs to the family of its posterior.

    >>> import stattools as st
    >>> closed_form(st.binomial(4, 6), Beta(1, 1)), closed_form(st.binomial(4, 6), "flat")
    (Beta(5, 3), None)
    """
    family: Any = prior.family if isinstance(prior, Improper) else type(prior)
    known = CLOSED_FORMS.get((type(model), family))
    return None if known is None else known(model, prior)
