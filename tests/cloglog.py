"""A regression by a family and another link, which no file of the package has: P(y = 1) = 1 - exp(-exp(x^T beta)).

The hazard of an event in a period, from durations in whole periods. Source: Prentice & Gloeckler (1978), Biometrics 34.
"""

from __future__ import annotations

from typing import Any

from stattools.data.tables.arrays import numeric
from stattools.likelihoods import Bernoulli
from stattools.likelihoods.linked import Linked
from stattools.likelihoods.links import LINKS
from stattools.models.model import Model
from stattools.models.regressions.binding import bind, read_rows

HAZARD = Linked(Bernoulli(), LINKS["cloglog"])


def cloglog(formula_or_y: Any, data_or_X: Any, /, *, offset: Any = None, weights: Any = None) -> Model:
    """Complementary log-log regression of a formula and a table, or of arrays."""
    data = read_rows(formula_or_y, data_or_X, None, True, offset=offset, weights=weights)
    return bind("cloglog", "Cloglog regression", HAZARD, data, numeric(data.outcome, data.outcome_name))
