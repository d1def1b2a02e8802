"""What stands on the fit of a series and on no other."""

import pytest

import stattools as st
from stattools.errors import AbsentError
from stattools.inference.fits.fit import OF_SERIES

Y = [1.0, 3.0, 2.0, 4.0, 3.0, 6.0, 4.0, 5.0, 7.0, 6.0]
OTHERS = {
    "regression": lambda: st.ols(Y, list(range(10))),
    "sample": lambda: st.coin([1, 0, 1]),
    "function": lambda: st.custom(lambda t: -((t[0] - 1.0) ** 2), start={"a": 0.0}),
}


@pytest.mark.parametrize("make", [st.local_level, st.exponential_smoothing], ids=lambda make: make.__name__)
def test_models_of_a_series_have_the_fit_of_a_series(make):
    fit = st.fit(make(Y))
    assert isinstance(fit, st.SeriesFit)
    assert len(fit.forecast(3)) == 3
    assert fit.boundary == ()


def test_what_other_fits_refuse_is_what_the_fit_of_a_series_adds():
    added = {name for name in set(dir(st.SeriesFit)) - set(dir(st.Fit)) if not name.startswith("_")}
    assert added == set(OF_SERIES)


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_other_fits_offer_none_of_it_and_say_what_it_needs(make):
    fit = st.fit(make())
    assert type(fit) is st.Fit
    for name in OF_SERIES:
        assert name not in dir(fit)
        assert not hasattr(fit, name)
        with pytest.raises(AbsentError, match=f"{name} belongs to (models of a series|state space models)"):
            getattr(fit, name)
    with pytest.raises(AttributeError, match="no 'forcast'"):
        fit.forcast  # type: ignore[attr-defined]  # noqa: B018


def test_a_loaded_fit_offers_none_of_it_either(tmp_path):
    fit = st.load(st.fit(st.ols(Y, list(range(10)))).save(tmp_path / "line"))
    assert not set(OF_SERIES) & set(dir(fit))
    with pytest.raises(st.IncompatibleError, match="forecast belongs to models of a series"):
        fit.forecast(2)  # type: ignore[attr-defined]


def test_smoothing_has_no_states():
    with pytest.raises(st.IncompatibleError, match="states belongs to state space models"):
        st.fit(st.exponential_smoothing(Y)).states()
