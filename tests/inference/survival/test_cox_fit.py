# pyright: reportArgumentType=false, reportAttributeAccessIssue=false
"""Fits of Cox's regression against R, and what cannot be asked of them.

R 4.5, survival 3.8, h of statsmodels' `heart`, h$old <- as.numeric(h$age > 45), coxph(Surv(survival, censors) ~ age +
old, h, control = coxph.control(eps = 1e-15, iter.max = 50, toler.chol = 1e-16)), and of it vcov, concordance, cox.zph,
residuals, basehaz(centered = FALSE), survfit(conf.type = "log-log"), BIC.
"""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm

import stattools as st

HEART: Any = sm.datasets.heart.load_pandas().data
HEART["old"] = (HEART.age > 45).astype(float)
HEART["g"] = np.tile(np.arange(23), 3)
FORMULA = "survival(survival, censors) ~ age + old"
FIT = st.fit(st.cox(FORMULA, HEART))
R = {
    "efron": ([0.085329770344149, -0.676396444830391], [0.032072029182264, 0.504815039424826], -157.04249073222),
    "breslow": ([0.085474079717678, -0.679928385549146], [0.032099566423624, 0.504921873621169], -157.14556612149),
    "exact": ([0.086072857162956, -0.685273584854343], [0.032286575037604, 0.506609073092398], -153.84257145267),
}


@pytest.mark.parametrize("ties", R)
def test_estimates_are_those_of_r(ties):
    fit = FIT if ties == "efron" else st.fit(st.cox(FORMULA, HEART, ties=ties))
    estimate, se, loglik = R[ties]
    assert fit.estimate == pytest.approx(estimate, rel=1e-11)
    assert fit.se == pytest.approx(se, rel=1e-11)
    assert fit.loglik == pytest.approx(loglik, rel=1e-13)


def test_late_entry_within_strata_is_that_of_r():
    """... coxph(Surv(e, survival, censors) ~ age + old + strata(st), h[h$survival > 0, ])."""
    table = HEART.assign(e=np.minimum(0.3 * HEART.survival, 20.0), st=np.tile(["a", "b", "c"], 23))
    fit = st.fit(st.cox("survival(e, survival, censors) ~ age + old", table[table.survival > 0], strata="st"))
    assert fit.estimate == pytest.approx([0.078567686666638, -0.557761306783490], rel=1e-10)
    assert fit.se == pytest.approx([0.034578761293606, 0.585035720067843], rel=1e-10)
    found = fit.concordance()
    assert (found.estimate, found.se) == pytest.approx((0.65425531914894, 0.04896012339617), rel=1e-11)


def test_robust_standard_errors_are_those_of_r():
    assert st.fit(st.cox(FORMULA, HEART), cov="HC0").se == pytest.approx(
        [0.030143680456615, 0.442237954628578], rel=1e-10
    )
    clustered = [0.025292040035601, 0.411923901549070]
    for fit in (
        st.fit(st.cox(FORMULA, HEART, cluster="g")),
        st.fit(st.cox(FORMULA, HEART, cluster=HEART["g"].to_numpy())),
        st.fit(st.cox(FORMULA, HEART), cov=st.Cluster("g", correction="none")),
    ):
        assert fit.se == pytest.approx(clustered, rel=1e-10)
        assert fit.cov.startswith("Cluster(")
    again = pd.concat([HEART, HEART]), HEART.assign(w=2)
    one, other = (
        st.fit(st.cox(FORMULA, table, **given), cov="HC0")
        for table, given in zip(again, ({}, {"weights": "w"}), strict=True)
    )
    assert one.se == pytest.approx(other.se, rel=1e-10)


def test_concordance_and_criteria_are_those_of_r():
    found = FIT.concordance()
    assert (found.estimate, found.se) == pytest.approx((0.639407244785950, 0.046994494141919), rel=1e-11)
    assert FIT.bic == pytest.approx(321.69830644398, rel=1e-12)
    assert FIT.aic == pytest.approx(318.08498146444, rel=1e-12)
    assert FIT.overall.statistic == pytest.approx(2 * (161.24048057317 - 157.04249073222), rel=1e-10)


def test_proportional_hazards_are_those_of_r():
    found = FIT.proportional_hazards()
    assert found.term.tolist() == ["age", "old", "GLOBAL"]
    assert found.df.tolist() == [1, 1, 2]
    assert found.statistic.tolist() == pytest.approx([1.8520349067524, 3.1467742431827, 3.1467813558114], rel=1e-8)
    assert found.p_value.tolist() == pytest.approx([0.173546908028458, 0.076077219784222, 0.207340962719484], rel=1e-8)
    identity = FIT.proportional_hazards("identity").statistic.tolist()
    assert identity == pytest.approx([1.50660611196608, 0.79591694863384, 1.54106128755236], rel=1e-8)
    ranks = FIT.proportional_hazards("rank").statistic.tolist()
    assert ranks == pytest.approx([2.0150755006222, 2.9659914785427, 2.9866111815778], rel=1e-8)


def test_a_term_of_several_columns_is_tested_as_one():
    fit = st.fit(st.cox("survival(survival, censors) ~ age + C(three)", HEART.assign(three=np.tile(list("abc"), 23))))
    found = fit.proportional_hazards()
    assert found.term.tolist() == ["age", "C(three)", "GLOBAL"]
    assert found.df.tolist() == [1, 2, 3]


def test_residuals_are_those_of_r():
    martingale = FIT.residuals_of()
    assert martingale[:3].tolist() == pytest.approx(
        [0.848474178731678, 0.962365995190537, -0.067828323334343], rel=1e-10
    )
    deviance = FIT.residuals_of("deviance")
    assert deviance[:3].tolist() == pytest.approx([1.441197455180362, 2.152896309102449, -0.066352718994475], rel=1e-10)
    score = FIT.residuals_of("score")
    assert score.to_numpy()[:2] == pytest.approx(
        np.array([[3.3840529480683, 0.16241771939793], [-9.1639670145822, -0.75214218230072]]), rel=1e-10
    )
    schoenfeld = FIT.residuals_of("schoenfeld")
    assert schoenfeld[["age", "old"]].to_numpy()[:2] == pytest.approx(
        np.array([[4.4185570033102, 0.22955125513951], [-8.2814429966898, -0.77044874486049]]), rel=1e-10
    )
    assert schoenfeld.time.tolist() == sorted(HEART.survival[HEART.censors == 1])
    assert FIT.residuals.tolist() == martingale.tolist()


def test_survival_of_new_rows_is_that_of_r():
    new = {"age": [40.0, 50.0], "old": [0.0, 1.0]}
    found = FIT.predict(new, kind="survival", times=[100, 500], interval=0.95)
    assert found.columns.tolist() == ["row", "time", "survival", "lower", "upper"]
    assert found.survival.tolist() == pytest.approx(
        [0.62865479525197, 0.48533666967721, 0.57464857088056, 0.42197652413497], rel=1e-11
    )
    assert found.lower.tolist() == pytest.approx(
        [0.41266688686648, 0.26472080681701, 0.42927900855681, 0.28019095232988], rel=1e-10
    )
    assert found.upper.tolist() == pytest.approx(
        [0.78394044263043, 0.67488951759366, 0.69563419039135, 0.55704132443561], rel=1e-10
    )
    logs = FIT.predict(new, kind="survival", times=[100], interval=0.95, band="log")
    assert logs.lower.tolist() == pytest.approx([0.46590291928266, 0.45461397273466], rel=1e-10)
    medians = FIT.predict(new, kind="median", interval=0.95)
    assert medians.to_numpy().tolist() == [[322.0, 64.0, 1024.0], [228.0, 64.0, 730.0]]
    assert FIT.predict(new, kind="median").tolist() == [322.0, 228.0]
    zero = FIT.baseline(at="zero").cumulative_hazard
    assert zero[:2].tolist() == pytest.approx([0.0007895034302904, 0.0011979183031646], rel=1e-10)


def test_predictions_agree_with_each_other():
    links = FIT.predict(kind="link")
    assert links.tolist() == pytest.approx(((FIT.model.X - FIT.model.X.mean(axis=0)) @ FIT.estimate).tolist())
    ratios = FIT.predict(interval=0.9)
    assert np.log(ratios.hazard_ratio).tolist() == pytest.approx(links.tolist())
    assert (ratios.lower <= ratios.hazard_ratio).all()
    mean = {"age": [HEART.age.mean()], "old": [HEART.old.mean()]}
    curve = FIT.predict(mean, kind="cumulative_hazard", interval=0.95)
    assert curve.cumulative_hazard.tolist() == pytest.approx(FIT.baseline().cumulative_hazard.tolist(), rel=1e-12)
    assert (curve.lower <= curve.cumulative_hazard).all()
    assert FIT.predict(mean, kind="hazard_ratio").tolist() == pytest.approx([1.0])


def test_answers_have_the_rows_of_the_table():
    gaps = HEART.assign(age=HEART.age.where(HEART.index != 3)).set_index(HEART.index + 100)
    fit = st.fit(st.cox(FORMULA, gaps))
    found = fit.residuals_of()
    assert found.index.tolist() == gaps.index.tolist()
    assert found.isna().sum() == 1
    assert len(fit.residuals_of(align=False)) == 68
    polars = st.fit(st.cox(FORMULA, pl.from_pandas(gaps)))
    assert polars.residuals_of().null_count() == 1
    assert isinstance(polars.predict(), pl.Series)
    assert set(fit.predict(kind="survival", times=[10]).row) == set(range(69))


def test_strata_have_baselines_of_their_own():
    table = HEART.assign(st=np.tile(["a", "b", "c"], 23))
    fit = st.fit(st.cox(FORMULA, table, strata="st"))
    assert fit.baseline().stratum.unique().tolist() == ["a", "b", "c"]
    new = {"age": [48.0], "old": [1.0], "st": ["b"]}
    one = fit.predict(new, kind="survival", times=[200]).survival[0]
    some = table[table.st == "b"]
    mine = fit.residuals_of("martingale")[table.st == "b"]
    assert mine.sum() == pytest.approx(0.0, abs=1e-10)
    assert 0.0 < one < 1.0
    assert len(some) == 23
    with pytest.raises(st.DomainError, match="the stratum 'd' was not there"):
        fit.predict(new | {"st": ["d"]}, kind="survival")
    with pytest.raises(st.DomainError, match="no column 'st'"):
        fit.predict({"age": [48.0], "old": [1.0]}, kind="median")
    assert fit.predict({"age": [48.0], "old": [1.0]}, kind="link").shape == (1,)


@pytest.mark.parametrize(
    ("ask", "error", "said"),
    [
        (lambda: FIT.predict(kind="mean"), st.IncompatibleError, "'hazard_ratio', 'survival', 'median'"),
        (lambda: FIT.predict(kind="survival", times=[1e6]), st.DomainError, "nothing is known of 1e"),
        (lambda: FIT.predict(times=[3]), st.IncompatibleError, "times= belong"),
        (lambda: FIT.residuals_of("pearson"), st.IncompatibleError, "'martingale', 'deviance', 'score'"),
        (lambda: FIT.proportional_hazards("square"), st.DomainError, "km, rank, log, identity"),
        (lambda: FIT.baseline(at="median"), st.DomainError, 'at="mean"'),
        (lambda: FIT.leverage(), st.IncompatibleError, "belongs to regressions"),
        (lambda: st.fit(FIT.model, cov="HC3"), st.IncompatibleError, "leverages"),
        (lambda: st.fit(FIT.model, cov="quasi"), st.IncompatibleError, "quasi"),
        (lambda: st.fit(FIT.model, cov=st.HAC(1)), st.IncompatibleError, "no order|have none"),
    ],
)
def test_what_cannot_be_asked_is_said(ask, error, said):
    with pytest.raises(error, match=said):
        ask()


def test_exact_ties_have_no_scores_of_rows():
    model = st.cox(FORMULA, HEART, ties="exact")
    fit = st.fit(model)
    for ask in (
        lambda: st.fit(model, cov="HC0"),
        lambda: fit.residuals_of("schoenfeld"),
        lambda: fit.proportional_hazards(),
    ):
        with pytest.raises(st.IncompatibleError, match=r'ties="efron"'):
            ask()
    assert fit.residuals_of("martingale").sum() == pytest.approx(0.0, abs=1e-10)


def test_completion_offers_what_there_is():
    offered = set(dir(FIT))
    assert {"predict", "residuals_of", "concordance", "baseline", "proportional_hazards", "table", "save"} <= offered
    assert not {"leverage", "cooks_distance", "goodness"} & offered


def test_intervals_by_profile_and_score_hold_the_estimate():
    for kind in ("profile", "score"):
        lower, upper = FIT.interval(kind=kind)
        assert (lower < FIT.estimate).all()
        assert (FIT.estimate < upper).all()


def test_a_fit_is_pickled_and_a_climb_that_stops_short_is_an_error():
    again = pickle.loads(pickle.dumps(FIT))
    assert again.estimate.tolist() == FIT.estimate.tolist()
    with pytest.raises(st.ConvergenceError, match="stopped after 2 steps"):
        st.fit(FIT.model, solver=st.GradientDescent(max_steps=2))
    assert st.fit(FIT.model, solver=st.LBFGS()).estimate == pytest.approx(FIT.estimate, rel=1e-6)


def test_default_priors_are_in_units_of_the_columns():
    priors = st.posterior(FIT.model, method="laplace", seed=1).priors.table()
    sds = np.array([float(text.split(", ")[1].rstrip(")")) for text in priors["prior"]])
    assert sds * FIT.model.X.std(axis=0) == pytest.approx([2.5, 2.5], rel=1e-4)


def test_a_ridge_fit_has_estimates_only():
    fit = st.fit(FIT.model, penalty=st.Ridge(5.0))
    assert np.abs(fit.estimate).sum() < np.abs(FIT.estimate).sum()
    with pytest.raises(st.IncompatibleError):
        _ = fit.se
