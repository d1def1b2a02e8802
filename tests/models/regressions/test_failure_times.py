"""Accelerated failure times: the values of R's survreg, identities, invariance, and what has no maximum."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import gammaln

import stattools as st
from stattools.data.design import design
from stattools.errors import DomainError, IdentificationError, IncompatibleError
from stattools.inference.existence import SeparationError
from stattools.likelihoods.times import ERRORS
from stattools.numerics.columns import Columns


def table(n=60):
    """Rows with times of which a third are censored; the ends of some are all that is known."""
    i = np.arange(n)
    x, g = np.sin(1.7 * i), np.where(i % 3 == 1, "b", "a")
    t = np.round(np.exp(1.0 + 0.6 * x - 0.4 * (g == "b") + 0.5 * np.log(-np.log((0.5 + (i * 37 % n)) / n))), 3) + 0.01
    d = (i * 7 % 5 > 1).astype(int)
    return {
        "t": t,
        "d": d,
        "x": x,
        "g": g,
        "lo": np.where(i % 4 == 0, 0.0, np.where(i % 4 == 1, t, np.where(i % 4 == 2, t, 0.7 * t))),
        "hi": np.where(i % 4 == 0, t, np.where(i % 4 == 1, np.inf, np.where(i % 4 == 2, t, 1.4 * t))),
    }


SURVREG = {
    ("weibull", False): (
        [1.261610332, 0.5943813314, -0.406412436, -0.6464786721],
        [0.1074162921, 0.1410870609, 0.1853143594, 0.1325649585],
        -73.141546928,
    ),
    ("weibull", True): (
        [0.9033613173, 0.7494112918, -0.4377364252],
        [0.1007805994, 0.155316347, 0.144051879],
        -68.3333790769,
    ),
    ("exponential", False): (
        [1.395535285, 0.577027236, -0.4026664936],
        [0.2044493155, 0.2537284186, 0.3538772623],
        -81.9378598483,
    ),
    ("exponential", True): (
        [0.8828945149, 0.7794867759],
        [0.1526997059, 0.2305675905],
        -72.1211713701,
    ),
    ("lognormal", False): (
        [1.018968491, 0.6401440028, -0.3990711304, -0.2720560057],
        [0.1373542506, 0.158281454, 0.2328085838, 0.1202193479],
        -75.3862786321,
    ),
    ("lognormal", True): (
        [0.5736433271, 0.6806225212, -0.1971983656],
        [0.1193993984, 0.1703451247, 0.1316336977],
        -70.4263634297,
    ),
    ("loglogistic", False): (
        [1.038204537, 0.6072877784, -0.400568729, -0.8914786845],
        [0.1230021522, 0.1467332531, 0.211400035, 0.1382517058],
        -74.0573749616,
    ),
    ("loglogistic", True): (
        [0.6141918076, 0.6995993612, -0.7528616336],
        [0.1164848321, 0.1674868884, 0.1496026711],
        -70.3087720977,
    ),
    ("gamma", False): (
        [1.1759478611, 0.6047900773, -0.4018667642, -0.4826887535],
        [0.1221519361, 0.1476472720, 0.2040208879, 0.1048426245],
        -73.4809347810,
    ),
    ("gamma", True): (
        [0.8147294080, 0.7348406456, -0.3368067055],
        [0.1088354247, 0.1628378129, 0.1194005044],
        -68.7085601368,
    ),
}
"""Of survreg(Surv(t, d) ~ x + g) and, with ends, survreg(Surv(lo, hi, type = "interval2") ~ x) of R: coefficients and
log(scale), standard errors, log-likelihood. R has no gamma times: theirs are of the highest of five climbs of SciPy's
BFGS with scipy.stats.gamma(exp(-2 log_scale), scale=exp(eta + 2 log_scale)), and of st.validate."""


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("outcome", ["survival(t, d) ~ x + g", "survival(lo, hi, type='interval') ~ x"])
def test_fits_are_those_of_r(name, outcome):
    fit = st.fit(st.aft(outcome, table(), distribution=name))
    estimate, se, loglik = SURVREG[name, "lo" in outcome]
    assert_allclose(fit.estimate, estimate, rtol=1e-6, atol=1e-7)
    assert_allclose(fit.se, se, rtol=1e-6)
    assert_allclose(fit.loglik, loglik, rtol=1e-9)
    assert ("of the maximum" in str(fit)) == (name != "gamma")  # the only one


LATE = {
    "gamma": ([1.0173107, 0.5614651, -0.346229], -71.4124001),
    "weibull": ([1.097344, 0.5710812, -0.4461735], -71.3309510),
    "lognormal": ([0.7942575, 0.5446337, -0.1591258], -72.6960119),
    "loglogistic": ([0.8317053, 0.5382067, -0.7372739], -72.1701027),
    "exponential": ([1.0632956, 0.5232752], -74.7598020),
}
"""Of the highest of five climbs of SciPy's BFGS: log f or log S of each row, less log S of its entry."""


@pytest.mark.parametrize("name", ERRORS)
def test_late_entry_is_that_of_scipy_and_only_exponential_times_forget_it(name):
    rows = table() | {"e": np.where(np.arange(60) % 2, 0.4 * table()["t"], -1.0)}
    fit = st.fit(st.aft("survival(e, t, d) ~ x", rows, distribution=name))
    assert_allclose(fit.estimate, LATE[name][0], atol=2e-7)
    assert_allclose(fit.loglik, LATE[name][1], atol=1e-6)
    assert ("of the maximum" in str(fit)) == (name == "exponential")
    assert "a local maximum" in str(fit) or name == "exponential"
    assert st.validate(fit).ok
    residuals = fit.residuals_of("cox_snell")
    moved = fit.model.likelihood.survival(fit.model.eta(fit.estimate), fit.model.rows.y)
    assert_allclose(residuals, -np.log(moved), rtol=1e-9)
    assert np.isfinite(fit.residuals_of("quantile", seed=1)).all()
    with pytest.raises(IncompatibleError, match="too early"):
        st.bootstrap(fit, draws=10, seed=1, kind="parametric")


def test_gamma_times_that_were_all_seen_are_a_gamma_regression():
    rows = table()
    times, amounts = st.fit(st.aft("survival(t) ~ x", rows, distribution="gamma")), st.fit(st.gamma("t ~ x", rows))
    assert_allclose(times.estimate, amounts.estimate * [1.0, 1.0, 0.5], rtol=1e-9)  # log of a deviation and a variance
    assert_allclose(times.se, amounts.se * [1.0, 1.0, 0.5], rtol=1e-7)
    assert_allclose(times.loglik, amounts.loglik, rtol=1e-12)
    assert_allclose(times.predict(), amounts.predict(), rtol=1e-9)


def test_exponential_times_are_weibull_times_of_scale_1():
    """The statistic is that of anova(exponential, weibull) of R's survreg."""
    rows = table()
    small, full, other = (
        st.fit(st.aft("survival(t, d) ~ x + g", rows, distribution=name))
        for name in ("exponential", "weibull", "lognormal")
    )
    test = st.likelihood_ratio(full, small)
    assert_allclose([test.statistic, test.p_value], [17.59263, 2.736474e-05], rtol=1e-6)
    assert test.df == 1
    assert "Exponential regression" in str(test)
    score, wald = st.score_test(small, full.model), full.test("log scale = 0")
    assert 0.5 < score.statistic / wald.statistic < 2.0
    moving = st.fit(st.aft("survival(t, d) ~ x + g", rows, scale="~ g"))
    assert st.likelihood_ratio(moving, small).df == 2
    with pytest.raises(IncompatibleError, match="different likelihoods"):
        st.likelihood_ratio(other, small)


@pytest.mark.parametrize(
    ("formula", "name", "beside"),
    [
        ("survival(e, t, d == 1) ~ center(x)", "loglogistic", {"weights": "w", "offset": "o"}),
        ("survival(lo, hi, type='interval') ~ x", "weibull", {}),
    ],
)
def test_rows_in_files_have_the_fit_of_rows_in_memory(tmp_path, formula, name, beside):
    rows = pd.DataFrame(table(180)).assign(w=1 + np.arange(180) % 3, o=0.1)
    rows["e"] = np.where(np.arange(180) % 2, 0.3 * rows.t, -1.0)
    rows.loc[7, "x"] = np.nan
    for k in range(2):
        rows.iloc[90 * k : 90 * k + 90].to_parquet(tmp_path / f"{k}.parquet", row_group_size=40)
    here, there = (st.fit(st.aft(formula, of, distribution=name, **beside)) for of in (rows, st.scan(tmp_path)))
    assert there.model.rows.reads <= 4
    assert (there.names, there.model.n_dropped, there.model.n_events) == (here.names, 1, here.model.n_events)
    assert (np.abs(there.estimate - here.estimate) <= 1e-7 * here.se).all()
    assert_allclose([there.loglik, *there.se], [here.loglik, *here.se], rtol=1e-8)
    assert st.validate(there).ok


def test_times_in_files_are_checked_where_they_are(tmp_path):
    rows = pd.DataFrame(table())
    for change, said in (
        ({"t": rows.t.where(rows.index != 41, -2.0)}, r"0\.parquet, row group 1: st\.aft needs positive times.*row 1"),
        ({"d": 0}, "has its event, in 60 rows"),
        ({"d": 2}, "d == 2"),
    ):
        rows.assign(**change).to_parquet(tmp_path / "0.parquet", row_group_size=40)
        with pytest.raises(DomainError, match=said):
            st.aft("survival(t, d) ~ x", st.scan(tmp_path))
    rows.to_parquet(tmp_path / "0.parquet")
    with pytest.raises(IncompatibleError, match="learned from all rows"):
        st.aft("survival(scale(t), d) ~ x", st.scan(tmp_path))


def test_the_page_counts_events():
    rows = table() | {"w": 1 + np.arange(60) % 2}
    assert "60 rows, 36 events, none dropped" in str(st.fit(st.aft("survival(t, d) ~ x", rows)))
    weighted = str(st.aft("survival(t, d) ~ x", rows, weights="w"))
    assert f"{(rows['w'] * rows['d']).sum()} events" in weighted


def test_one_group_of_exponential_times_is_events_over_time():
    rows = table()
    fit = st.fit(st.aft("survival(t, d) ~ 1", rows, distribution="exponential"))
    assert_allclose(fit.estimate, np.log(rows["t"].sum() / rows["d"].sum()), rtol=1e-10)
    assert_allclose(fit.se, 1.0 / np.sqrt(rows["d"].sum()), rtol=1e-9)


def test_the_hazards_of_a_weibull_fit_add_up_to_the_events():
    fit = st.fit(st.aft("survival(t, d) ~ x + g", table()))
    assert_allclose(fit.residuals_of("cox_snell").sum(), table()["d"].sum(), rtol=1e-9)
    assert abs(fit.residuals_of("quantile", seed=1).mean()) < 0.3
    for kind in ("response", "pearson", "deviance"):
        with pytest.raises(IncompatibleError, match="censored"):
            fit.residuals_of(kind)


def test_lognormal_times_that_were_all_seen_are_least_squares():
    rows = table()
    fit, lines = st.fit(st.aft("survival(t) ~ x", rows, distribution="lognormal")), st.fit(st.ols("log(t) ~ x", rows))
    assert_allclose(fit.estimate[:2], lines.estimate, rtol=1e-9)
    assert_allclose(fit.loglik, lines.loglik - np.log(rows["t"]).sum(), rtol=1e-9)


@pytest.mark.parametrize("name", ERRORS)
def test_units_and_order_change_nothing(name):
    rows = pd.DataFrame(table())

    def fitted(rows):
        return st.fit(st.aft("survival(t, d) ~ x", rows, distribution=name))

    fit = fitted(rows)
    scaled = np.array(fitted(rows.assign(t=1e6 * rows.t)).estimate)
    scaled[0] -= 6.0 * np.log(10.0)
    moved = fitted(rows.assign(x=rows.x + 1e5)).estimate
    small = np.array(fitted(rows.assign(x=1e-6 * rows.x)).estimate)
    small[1] *= 1e-6
    for other in (scaled, np.append(fit.estimate[:1], moved[1:]), small, fitted(rows.iloc[::-1]).estimate):
        assert (np.abs(other - fit.estimate) <= 1e-9 * fit.se).all()


def test_weights_are_repeated_rows_and_an_offset_multiplies_the_time():
    rows = pd.DataFrame(table()).assign(w=1 + np.arange(60) % 3, o=np.log(2.0))
    weighted = st.fit(st.aft("survival(t, d) ~ x", rows, weights="w"))
    repeated = st.fit(st.aft("survival(t, d) ~ x", rows.loc[rows.index.repeat(rows.w)]))
    assert_allclose(weighted.estimate, repeated.estimate, rtol=1e-9)
    shifted = st.fit(st.aft("survival(t, d) ~ x", rows, offset="o")).estimate
    assert_allclose(shifted + [np.log(2.0), 0.0, 0.0], st.fit(st.aft("survival(t, d) ~ x", rows)).estimate, rtol=1e-9)


def test_a_scale_with_columns_has_a_local_maximum_and_is_tested():
    fit = st.fit(st.aft("survival(t, d) ~ x", table(), scale="~ g"))
    assert fit.names == ("Intercept", "x", "log scale: Intercept", "log scale: g[T.b]")
    assert "a local maximum" in str(fit)
    assert st.likelihood_ratio(fit, st.fit(st.aft("survival(t, d) ~ x", table()))).df == 1


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("unit", [1.0, 1e-30])
def test_a_group_that_is_all_censored_is_named_whatever_the_unit(name, unit):
    rows = table()
    alone = rows | {"t": unit * rows["t"] ** 0.05, "d": np.where(rows["g"] == "b", 0, rows["d"])}
    with pytest.raises(SeparationError, match=r"g\[T.b\] = inf"):
        st.fit(st.aft("survival(t, d) ~ x + g", alone, distribution=name))


def test_fits_are_saved(tmp_path):
    fit = st.fit(st.aft("survival(lo, hi, type='interval') ~ x", table()))
    again = st.load(fit.save(tmp_path / "fit"))
    assert str(again) == str(fit)
    assert_allclose(again.predict({"x": [1.0]}, kind="median"), fit.predict({"x": [1.0]}, kind="median"), rtol=0)


@pytest.mark.parametrize("name", ERRORS)
def test_fits_agree_with_scipys_log_density(name):
    assert st.validate(st.fit(st.aft("survival(lo, hi, type='interval') ~ x", table(), distribution=name))).ok


def test_what_is_drawn_again_was_seen():
    with pytest.raises(IncompatibleError, match="cannot be drawn again"):
        st.bootstrap(st.aft("survival(t, d) ~ x", table()), draws=10, seed=1, kind="parametric")
    found = st.bootstrap(st.aft("survival(t) ~ x", table()), draws=10, seed=1, kind="parametric")
    assert found.failed == 0


def test_the_mean_of_a_weibull_time_has_its_gamma_function():
    fit = st.fit(st.aft("survival(t, d) ~ x", table()))
    mean = np.exp(fit.estimate[0] + gammaln(1.0 + np.exp(fit.estimate[-1])))
    assert_allclose(fit.predict({"x": [0.0]}), mean, rtol=1e-12)


def test_bad_options_are_refused():
    with pytest.raises(DomainError, match="distribution="):
        st.aft("survival(t, d) ~ x", table(), distribution="gompertz")
    with pytest.raises(IncompatibleError, match="Leave it out"):
        st.aft("survival(t, d) ~ x", table(), distribution="exponential", scale="~ x")
    assert st.aft("survival(t, d) ~ x", table(), distribution="log-normal").title == "Log-normal regression"


def many_levels():
    """The rows of seven firms."""
    rows = table(140)
    return rows | {"f": np.arange(140) % 7, "w": 1.0 + np.arange(140) % 2, "e": 0.3 * rows["t"] * (rows["x"] > 0.5)}


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("formula", ["survival(t, d) ~ C(f) + x", "survival(lo, hi, type='interval') ~ 0 + C(f) + x"])
def test_levels_kept_as_codes_change_nothing(monkeypatch, name, formula):
    make = lambda: st.aft(formula, many_levels(), distribution=name, weights="w", offset="x")  # noqa: E731
    plain = st.fit(make(), solver=st.Newton(tolerance=1e-11))
    monkeypatch.setattr(design, "MANY", 4)
    coded = st.fit(make(), solver=st.Newton(tolerance=1e-11))
    assert type(coded.model.rows.X) is Columns
    assert type(plain.model.rows.X) is np.ndarray
    assert coded.names == plain.names
    assert_allclose(coded.estimate, plain.estimate, atol=1e-10)
    assert_allclose(coded.se, plain.se, rtol=1e-10)
    assert_allclose(coded.loglik, plain.loglik, rtol=1e-12)


def test_late_entry_beside_levels_kept_as_codes(monkeypatch):
    make = lambda: st.aft("survival(e, t, d) ~ C(f) + x", many_levels())  # noqa: E731
    plain = st.fit(make())
    monkeypatch.setattr(design, "MANY", 4)
    coded = st.fit(make())
    assert_allclose(coded.estimate, plain.estimate, atol=1e-8)
    assert_allclose(coded.se, plain.se, rtol=1e-8)


@pytest.mark.parametrize("without", [0, 3])
@pytest.mark.parametrize("right", ["C(f) + x", "0 + C(f) + x"])
def test_a_level_without_events_is_named_as_with_all_columns(monkeypatch, without, right):
    rows = many_levels()
    rows["d"] = np.where(rows["f"] == without, 0, rows["d"])
    found = []
    for many in (200, 4):
        monkeypatch.setattr(design, "MANY", many)
        with pytest.raises(SeparationError) as error:
            st.fit(st.aft(f"survival(t, d) ~ {right}", rows))
        found.append(error.value)
    plain, coded = found
    assert str(coded) == str(plain)
    assert coded.separation.infinite == plain.separation.infinite
    ours, theirs = coded.separation.solution, plain.separation.solution
    assert_allclose(ours.estimate, theirs.estimate, atol=1e-8)
    assert_allclose(ours.loglik, theirs.loglik, rtol=1e-12)


def test_times_that_levels_fit_exactly_are_refused_as_with_all_columns(monkeypatch):
    rows = many_levels()
    exact = rows | {"t": np.exp(0.3 * rows["f"] + 0.5 * rows["x"])}
    at_once = rows | {"lo": np.where(rows["d"] == 1, 0.0, 5.0), "hi": np.where(rows["d"] == 1, 5.0, np.inf)}
    monkeypatch.setattr(design, "MANY", 4)
    with pytest.raises(IdentificationError, match="fit the times of all events to round-off"):
        st.fit(st.aft("survival(t, d) ~ C(f) + x", exact))
    with pytest.raises(IdentificationError, match="any"):
        st.fit(st.aft("survival(lo, hi, type='interval') ~ C(f) + x", at_once))


NOTHING_KNOWN = "survival(lo, hi, type='interval') ~ x"


@pytest.mark.parametrize("beside", ["", " + (1 | g)"])
@pytest.mark.parametrize("name", ERRORS)
def test_rows_without_information_change_nothing_and_are_counted(name, beside):
    rows = pd.DataFrame(table())
    more = pd.concat([rows, rows.iloc[[3, 7]].assign(lo=[0.0, -np.inf], hi=np.inf, g="c")], ignore_index=True)
    without, whole = (st.fit(st.aft(NOTHING_KNOWN + beside, of, distribution=name)) for of in (rows, more))
    assert (whole.estimate == without.estimate).all()
    assert (whole.se == without.se).all()
    assert (whole.n, whole.model.n_dropped, whole.model.n_empty) == (60, 2, 2)
    assert "2 dropped without information" in str(whole)


def test_rows_without_information_come_back_empty_and_are_saved(tmp_path):
    rows = pd.DataFrame(table())
    rows.loc[[3, 40], "lo"], rows.loc[[3, 40], "hi"], rows.loc[8, "x"] = 0.0, np.inf, np.nan
    fit = st.fit(st.aft(NOTHING_KNOWN, rows))
    assert "1 dropped for missing values (x 1), 2 dropped without information" in " ".join(str(fit).split())
    gone = fit.residuals_of("quantile", seed=1).isna()
    assert np.flatnonzero(gone).tolist() == [3, 8, 40]
    fit.save(tmp_path / "fit")
    assert str(st.load(tmp_path / "fit")) == str(fit)
    rows["lo"], rows["hi"] = 0.0, np.inf
    with pytest.raises(DomainError, match="has its event"):
        st.aft(NOTHING_KNOWN, rows)


def test_rows_without_information_in_files_are_named(tmp_path):
    rows = pd.DataFrame(table())
    rows.loc[41, "lo"], rows.loc[41, "hi"] = 0.0, np.inf
    rows.to_parquet(tmp_path / "0.parquet", row_group_size=40)
    with pytest.raises(DomainError, match=r"'hi' is inf in row 1 .* carries no information: leave it out of the file"):
        st.aft(NOTHING_KNOWN, st.scan(tmp_path))
