"""Densities written again: those of SciPy's distributions, which the regressions of the tests are drawn from."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.models.regressions.glm import FAMILIES
from stattools.validation.references.densities import DENSITIES, MEANS, OF_MEAN, named
from tests.cases import REGRESSIONS

NAMED = [kind for kind in DENSITIES if kind in FAMILIES]


@pytest.mark.parametrize("kind", NAMED)
def test_densities_are_those_of_scipy(kind):
    case = next(case for case in REGRESSIONS if case.name.split()[0] == kind)
    check(case, kind)


@pytest.mark.parametrize("case", [case for case in REGRESSIONS if case.name.startswith("glm")], ids=str)
def test_densities_of_a_family_and_a_link_are_those_of_scipy(case):
    check(case, named(case.model("y ~ x", case.table())))


def check(case, row):
    table = case.table()
    model = case.model("y ~ x", table)
    eta, shared = case.center + case.spread * (0.2 + 0.7 * table.x.to_numpy()), [value + 0.3 for value in case.truth]
    law = case.distribution(eta, *shared, table)
    wanted = law.logpdf(table.y) if case.is_continuous else law.logpmf(table.y)
    assert_allclose(np.real(DENSITIES[row](model.rows.y, eta, *shared)), wanted, rtol=1e-11, atol=1e-12)


def test_every_mean_takes_complex_steps():
    eta, step = np.array([0.4, 1.3]), 1e-30
    for name, mean in MEANS.items():
        slope = (mean(eta + 1e-6) - mean(eta - 1e-6)) / 2e-6
        assert_allclose(np.imag(mean(eta + step * 1j)) / step, slope, rtol=1e-8, err_msg=name)
    assert {row.split()[0] for row in DENSITIES} - set(NAMED) == {
        *OF_MEAN,
        "Cumulative",
        "FailureTime",
    }  # which has no one mean
