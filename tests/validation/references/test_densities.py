"""Densities written again: those of SciPy's distributions, which the regressions of the tests are drawn from."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.validation.references.densities import DENSITIES
from tests.cases import REGRESSIONS


@pytest.mark.parametrize("kind", DENSITIES)
def test_densities_are_those_of_scipy(kind):
    case = next(case for case in REGRESSIONS if case.make.__name__ == kind)
    table = case.table()
    model = case.model("y ~ x", table)
    eta, shared = 0.2 + 0.7 * table.x.to_numpy(), [value + 0.3 for value in case.truth]
    law = case.distribution(eta, *shared, table)
    wanted = law.logpdf(table.y) if case.is_continuous else law.logpmf(table.y)
    assert_allclose(np.real(DENSITIES[kind](model.rows.y, eta, *shared)), wanted, rtol=1e-11, atol=1e-12)
