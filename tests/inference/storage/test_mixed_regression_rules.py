"""Files of fits with random effects that say nonsense are refused by name."""

from dataclasses import replace

import numpy as np
import pytest

from stattools.inference.storage.walker import mixed_regression
from stattools.inference.storage.without_rows import SavedMixedRegression
from tests.inference.mixed.regressions import fit

WRONG = {
    "random parts": lambda it: replace(it, designs=()),
    "fixed part": lambda it: replace(it, formula="k ~ w + (x | g)", columns=("k", "w", "x", "g")),
    "levels": lambda it: replace(it, levels=((it.levels[0][0][:1],),)),
    "integral": lambda it: replace(it, integral="hope"),
    "parameters have other": lambda it: replace(it, theta=it.theta[:-1]),
    "not finite": lambda it: replace(it, modes=(np.full_like(it.modes[0], np.nan),)),
    "other effects": lambda it: replace(it, to_effects=(np.eye(3),)),
    "other groups": lambda it: replace(it, spreads=(it.spreads[0][:, :, 1:],)),
    "estimates are not": lambda it: replace(it, theta=it.theta + 0.1),
    "covariance is not": lambda it: replace(it, covariance=2.0 * it.covariance),
}


def test_a_fit_keeps_the_rules():
    assert all(mixed_regression(SavedMixedRegression.of(fit("slopes"))).values())


@pytest.mark.parametrize("what", WRONG)
def test_nonsense_is_named(what):
    broken = [
        rule
        for rule, holds in mixed_regression(WRONG[what](SavedMixedRegression.of(fit("slopes")))).items()
        if not holds
    ]
    assert any(what in rule for rule in broken)
