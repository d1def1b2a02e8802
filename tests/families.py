"""Every family of `st.glm` once: SciPy's law of an outcome, by which likelihoods, regressions and laws are tested.

A family that no other constructor has gets its rows in `LIKELIHOODS` and `REGRESSIONS` from here: a new one is one row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from stattools.likelihoods.outcomes import Outcome
from stattools.models.regressions.glm import FAMILIES, GENERALIZED

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FamilyCase:
    """`law(m, last)` is SciPy's distribution of outcomes with the means m and the other parameter, whose usual value is
    `last`.
    """

    law: Callable[[Floats, Any], Any]
    last: float = np.nan

    def drawn(self, generator: np.random.Generator, m: Floats) -> Floats:
        """An outcome for each mean; a share that float64 has rounded is no 0 and no 1."""
        law = self.law(m, self.last)
        y = law.rvs(random_state=generator)
        return np.clip(y, 1e-9, 1.0 - 1e-9) if y.dtype.kind == "f" and np.max(law.support()[1]) == 1.0 else y


CASES = {
    "normal": FamilyCase(stats.norm, 0.3),
    "binomial": FamilyCase(lambda m, _: stats.bernoulli(m)),
    "poisson": FamilyCase(lambda m, _: stats.poisson(m)),
    "gamma": FamilyCase(lambda m, phi: stats.gamma(1.0 / phi, scale=phi * m), 0.5),
    "inverse-gaussian": FamilyCase(lambda m, phi: stats.invgauss(phi * m, scale=1.0 / phi), 0.25),
    "negative-binomial": FamilyCase(lambda m, alpha: stats.nbinom(1.0 / alpha, 1.0 / (1.0 + alpha * m)), 1.0),
    "beta": FamilyCase(lambda m, s: stats.beta(s * m, s * (1.0 - m)), 8.0),
}

OF_LINK = {"identity": np.asarray, "log": np.exp, "logit": special.expit}
"""The mean, by a family's own link."""

REFUSED: dict[Outcome, tuple[Any, ...]] = {
    Outcome.REAL: (np.nan, np.inf, "tall"),
    Outcome.POSITIVE: (0, -1, np.nan, np.inf, "dear"),
    Outcome.UNIT: (0, 1, -0.1, np.nan, "half"),
}
"""What is no outcome."""


def link_of(name: str) -> str:
    """The family's own link."""
    return next(iter(GENERALIZED[name].likelihood.parameters.values()))


ALONE = [
    name
    for name, kind in GENERALIZED.items()
    if type(kind.likelihood).__name__ in FAMILIES["glm"] and link_of(name) not in kind.named
]
"""Those that no other constructor has."""


def law_of(name: str, eta: Floats, log_last: Any) -> Any:
    """SciPy's distribution at linear predictors and the logarithm of the other parameter."""
    return CASES[name].law(OF_LINK[link_of(name)](eta), np.exp(log_last))
