# pyright: reportArgumentType=false
"""Conditional logistic regression against statsmodels, closed forms and all choices of a set."""

import warnings
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.discrete.conditional_models import ConditionalLogit

import stattools as st

G = np.random.default_rng(0)
N = 120
TABLE = {"s": np.arange(N) // 6, "x": G.standard_normal(N), "z": G.standard_normal(N)}
TABLE["y"] = (G.random(N) < 1.0 / (1.0 + np.exp(0.3 - TABLE["x"]))).astype(int)


def test_sets_with_several_cases_agree_with_statsmodels():
    fit = st.fit(st.conditional_logit("y ~ x + z", TABLE, strata="s"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says which sets it drops
        model = ConditionalLogit(TABLE["y"], np.column_stack([TABLE["x"], TABLE["z"]]), groups=TABLE["s"])
        theirs = model.fit(disp=0, method="newton")
    assert fit.estimate == pytest.approx(theirs.params, rel=1e-8)
    assert fit.se == pytest.approx(theirs.bse, rel=1e-6)  # theirs are differences
    assert fit.loglik == pytest.approx(theirs.llf, rel=1e-10)
    assert f"within 20 sets, of which {fit.model.telling} tell\n120 rows, {TABLE['y'].sum()} cases" in str(fit)


def test_choices_among_ways_to_travel():
    """statsmodels 0.15: ConditionalLogit(choice, [air, train, bus, ttme, gc], groups=individual)."""
    table: Any = sm.datasets.modechoice.load_pandas().data
    formula = "choice ~ I(mode == 1) + I(mode == 2) + I(mode == 3) + ttme + gc"
    fit = st.fit(st.conditional_logit(formula, table, strata="individual"))
    assert fit.estimate == pytest.approx([5.77635888, 3.92300124, 3.21073471, -0.09709052, -0.01578375], abs=5e-9)
    assert fit.se == pytest.approx([0.65591872, 0.4419936, 0.44965283, 0.01043509, 0.00438279], abs=5e-9)
    assert fit.table(exponentiate=True).estimate[3] == pytest.approx(np.exp(fit.estimate[3]))


def test_pairs_are_the_logarithm_of_a_ratio_of_discordant_pairs():
    """McNemar: 7 pairs in which the case alone was exposed, 3 in which the control was."""
    exposed = [1, 0] * 7 + [0, 1] * 3 + [1, 1] * 4
    table = {"case": [1, 0] * 14, "exposed": exposed, "pair": np.repeat(np.arange(14), 2)}
    fit = st.fit(st.conditional_logit("case ~ exposed", table, strata="pair"))
    assert fit.estimate[0] == pytest.approx(np.log(7 / 3), rel=1e-10)
    assert fit.se[0] == pytest.approx(np.sqrt(1 / 7 + 1 / 3), rel=1e-10)


def test_it_is_cox_with_exact_ties_at_one_time():
    cox = st.cox("survival(t, y) ~ x + z", TABLE | {"t": np.ones(N)}, ties="exact", strata="s")
    ours = st.conditional_logit("y ~ x + z", TABLE, strata="s")
    for theta in ([0.0, 0.0], [0.7, -0.3]):
        assert ours.loglik(theta) == pytest.approx(cox.loglik(theta), rel=1e-13)


@pytest.mark.parametrize(
    ("ask", "error", "said"),
    [
        (lambda: st.conditional_logit("y ~ x", TABLE, strata=None), st.DomainError, "needs strata="),
        (lambda: st.conditional_logit("y ~ x", TABLE, strata=np.arange(N)), st.DomainError, "nothing to compare"),
        (lambda: st.conditional_logit("x ~ z", TABLE, strata="s"), st.DomainError, "1 or true, or not, 0 or false"),
        (lambda: st.conditional_logit("survival(x, y) ~ z", TABLE, strata="s"), st.DomainError, "a time that may be"),
        (lambda: st.fit(st.conditional_logit("y ~ s", TABLE, strata="s")), st.IdentificationError, "s is the same"),
    ],
)
def test_what_is_no_model_is_refused(ask, error, said):
    with pytest.raises(error, match=said):
        ask()


def test_questions_of_times_are_not_asked_of_sets():
    fit = st.fit(st.conditional_logit("y ~ x", TABLE, strata="s"))
    assert type(fit) is st.Fit
    with pytest.raises(st.IncompatibleError, match="belongs to regressions"):
        fit.predict()
