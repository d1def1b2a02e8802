"""The conjugate pairs: which models and priors have a posterior in closed form, of the prior's type.

    p(theta | data) = p(data | theta) p(theta) / p(data)

A new pair is one file here in `conjugate/` and one name in `CLOSED_FORMS`.
"""

from __future__ import annotations

from typing import Any

from stattools.bayes.conjugate.beta_binomial import Beta
from stattools.bayes.conjugate.dirichlet import Dirichlet
from stattools.bayes.conjugate.gamma_poisson import Gamma
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.normal import Normal
from stattools.bayes.conjugate.normal_inverse_gamma import NormalInverseGamma
from stattools.bayes.conjugate.normal_inverse_gamma_regression import NormalInverseGammaRegression
from stattools.bayes.conjugate.normal_inverse_wishart import NormalInverseWishart
from stattools.models.questions import AnyModel

CLOSED_FORMS = frozenset(
    (model, family)
    for family in (
        Beta,
        Normal,
        NormalInverseGamma,
        NormalInverseGammaRegression,
        Dirichlet,
        NormalInverseWishart,
        Gamma,
    )
    for model in family._pair.models
)
"""(type of model, type of prior) of the conjugate pairs: what the families declare."""


def closed_form(model: AnyModel, prior: Any) -> Any:
    """The posterior of the pair, or None where the pair has no closed form.

    An improper prior belongs to the family of its posterior.

    >>> import stattools as st
    >>> closed_form(st.binomial(4, 6), Beta(1, 1)), closed_form(st.binomial(4, 6), "flat")
    (Beta(5, 3), None)
    """
    family = prior.family if isinstance(prior, Improper) else type(prior)
    return prior.update(model) if (type(model), family) in CLOSED_FORMS else None
