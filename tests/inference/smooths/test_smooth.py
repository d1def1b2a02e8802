import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.errors import DomainError
from tests.inference.smooths.curved import fitted


def test_bands_are_estimates_with_standard_errors_to_both_sides():
    fit = fitted()
    smooth = fit.smooth("x", at=7, level=0.9)
    table = smooth.table()
    t = stats.t.ppf(0.95, float(fit.t_df))
    assert_allclose(table["upper"] - table["curve"], t * table["se"], rtol=1e-10)
    assert_allclose(table["curve"] - table["lower_simultaneous"], smooth.critical[0] * table["se"], rtol=1e-10)
    assert smooth.critical[0] > 1.2 * t
    assert smooth.edf == pytest.approx(fit.smooths()["edf"].iloc[0])
    assert 3.0 < smooth.edf < 11.0


def test_the_slope_has_bands_of_its_own_and_no_slope():
    slope = fitted().smooth("x", at=[4.0, 5.0]).derivative()
    h = 1e-4
    table = fitted().smooth("x", at=[4.0 - h, 4.0 + h]).table()
    assert slope.table()["slope"].iloc[0] == pytest.approx(np.diff(table["curve"])[0] / (2 * h), rel=1e-5)
    with pytest.raises(DomainError, match="no derivative"):
        slope.derivative()


def test_values_beyond_the_data_are_said():
    smooth = fitted().smooth("x", at=[0.0, 5.0, 20.0])
    table = smooth.table()
    assert table["beyond"].tolist() == [True, False, True]
    assert "2 of 3 values lie beyond the data" in table.attrs["note"]
    assert "beyond the data" in str(smooth)
    assert "beyond" not in str(fitted().smooth("x"))


def test_each_level_of_a_factor_has_rows():
    smooth = fitted("y ~ g + s(x, by=g, k=8) + (1 | h)").smooth("x", at=4)
    table = smooth.table()
    assert table["g"].tolist() == ["a"] * 4 + ["b"] * 4
    assert set(smooth.edf) == {"s(x):g[a]", "s(x):g[b]"}
    assert "s(x):g, edf" in str(smooth)


@pytest.mark.parametrize("at", ["x", [np.nan], [[1.0]], [], True, 1, 2.5])
def test_what_at_cannot_be(at):
    with pytest.raises(DomainError):
        fitted().smooth("x", at=at)
