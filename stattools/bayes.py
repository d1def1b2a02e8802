"""Posteriors: a model and a prior; the closed form of the pair where there is one.

    p(theta | data) = p(data | theta) p(theta) / p(data)

A new conjugate pair is one file in `conjugate/` and one row in `conjugate/pairs.py`.
"""

from __future__ import annotations

from typing import Any

from stattools.conjugate.pairs import CLOSED_FORMS, closed_form
from stattools.errors import IncompatibleError
from stattools.model import Model

_WORKS = "Closed forms: st.coin(...) or st.binomial(...) with prior=st.Beta(a, b)."


def posterior(model: Any, /, *, prior: Any = None) -> Any:
    """The posterior of a model's parameters under a prior, in closed form.

    For `st.coin` and `st.binomial` the prior is an `st.Beta`, and so is the posterior, exact. Raises IncompatibleError
    where the pair has no closed form.

    >>> import stattools as st
    >>> st.posterior(st.coin([1, 0, 1, 1, 0, 1]), prior=st.Beta(1, 1))
    Beta(5, 3)
    """
    exact = closed_form(model, prior)
    if exact is not None:
        return exact
    if type(model) in {of for of, _ in CLOSED_FORMS} and not isinstance(model, Model):
        wanted = " or ".join(sorted({family.__name__ for of, family in CLOSED_FORMS if of is type(model)}))
        got = "none" if prior is None else repr(prior)
        raise IncompatibleError(f"posterior of {model.title.lower()} needs a {wanted} prior; got {got:.80}. {_WORKS}")
    if not hasattr(model, "loglik"):
        raise IncompatibleError(f"posterior needs a model; got {type(model).__name__}. {_WORKS}")
    name = getattr(model, "title", type(model).__name__)
    against = "without a prior" if prior is None else f"with prior {prior!r:.80}"
    raise IncompatibleError(
        f"{name} {against} has no closed-form posterior, and sampling is not available in this version. {_WORKS}"
    )
