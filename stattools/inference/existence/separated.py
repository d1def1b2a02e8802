"""What makes a likelihood rise for ever, asked of a model: of outcomes that are separated, and of ordered events."""

from __future__ import annotations

from typing import Any

from stattools.inference.existence.partial_likelihood import monotone
from stattools.inference.existence.separation import Separation, separation_of
from stattools.models.survival.cox import CoxRegression


def separation(model: Any) -> Separation | None:
    """What separates the outcomes of a discrete regression; None where they overlap and the maximum exists.

    For logistic, probit, softmax, ordinal, Poisson and negative binomial regression, grouped counts, and hurdles, whose
    zeros and positive counts are looked at one after the other, and for Cox's regression and matched sets, whose events
    may be in the order of some combination of columns; None for other regressions. Under a second for 20,000 rows and
    21 columns; IdentificationError names what separates beside slopes by thousands of levels. Source: Albert & Anderson
    (1984); Konis (2007); Bryson & Johnson (1981).

    >>> import stattools as st
    >>> separation(st.logistic([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0])) is None
    True
    >>> separation(st.logistic([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0], names=["dose"])).infinite
    {'Intercept': -inf, 'dose': inf}
    >>> separation(st.cox("survival(t, d) ~ x", {"t": [1, 2, 3, 4], "d": [1, 1, 0, 0], "x": [4, 3, 2, 1]})).infinite
    {'x': inf}
    """
    return monotone(model) if isinstance(model, CoxRegression) else separation_of(model)
