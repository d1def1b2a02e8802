"""The conjugate pairs: which models and priors have a posterior in closed form, of the prior's type.

    p(theta | data) = p(data | theta) p(theta) / p(data)

A new pair is one file here in `conjugate/` and one row in `CLOSED_FORMS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stattools.conjugate.beta_binomial import Beta
from stattools.conjugate.trial_data import TRIALS


def _update(model: Any, prior: Any) -> Any:
    return prior.update(model)


CLOSED_FORMS: dict[tuple[type, type], Callable[[Any, Any], Any]] = {(model, Beta): _update for model in TRIALS}
"""(type of model, type of prior) -> function of the two that returns the posterior; one row per conjugate pair."""


def closed_form(model: Any, prior: Any) -> Any:
    """The posterior of the pair, or None where the pair has no closed form.

    An improper prior belongs to the family of its posterior.

    >>> import stattools as st
    >>> closed_form(st.binomial(4, 6), Beta(1, 1)), closed_form(st.binomial(4, 6), "flat")
    (Beta(5, 3), None)
    """
    known = CLOSED_FORMS.get((type(model), getattr(prior, "family", type(prior))))
    return None if known is None else known(model, prior)
