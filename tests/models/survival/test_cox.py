# pyright: reportArgumentType=false
"""Cox's partial likelihood against loops over events, all sets of those that tie, and statsmodels."""

from itertools import combinations, product

import numpy as np
import pytest
from statsmodels.duration.hazard_regression import PHReg

import stattools as st
from stattools.models.survival.exact_ties import ExactTies
from stattools.models.survival.partial_likelihood import near

G = np.random.default_rng(11)
N = 30
T = {
    "entry": np.floor(G.exponential(2.0, N)),
    "x": G.standard_normal(N),
    "z": G.integers(0, 3, N).astype(float),
    "s": G.choice(["u", "v"], N),
    "w": G.integers(0, 3, N),
    "died": G.random(N) < 0.6,
}
T["time"] = T["entry"] + np.ceil(G.exponential(3.0, N))
OUTCOMES = {"from the start": "survival(time, died)", "late entry": "survival(entry, time, died)"}
THETA = np.array([0.7, -0.4])


def loop(theta, table, ties, late, strata):
    """The partial log-likelihood, one event time after the other; of exact ties all sets are listed."""
    eta = np.column_stack([table["x"], table["z"]]) @ theta
    total = 0.0
    for s, t in product(np.unique(table["s"]) if strata else [None], np.unique(table["time"][table["died"]])):
        there = (table["time"] >= t) & (~late | (table["entry"] < t)) & (table["s"] == s if strata else True)
        dead = there & (table["time"] == t) & table["died"]
        d, risk, own = int(dead.sum()), np.exp(eta[there]), np.exp(eta[dead])
        total += eta[dead].sum()
        if ties == "exact":
            total -= np.log(sum(np.prod(chosen) for chosen in combinations(risk, d)))
        else:
            share = np.arange(d) / d * (ties == "efron") if d else np.zeros(0)
            total -= np.log(risk.sum() - share * own.sum()).sum()
    return total


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("strata", [None, "s"])
@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_the_likelihood_is_that_of_a_loop(ties, strata, outcome):
    model = st.cox(f"{OUTCOMES[outcome]} ~ x + z", T, ties=ties, strata=strata)
    late = np.full(N, outcome == "late entry")

    def value(theta):
        return loop(theta, T, ties, late, strata is not None)

    now, h = model.evaluate(THETA), 1e-4
    assert now.loglik == pytest.approx(value(THETA), rel=1e-12)
    steps = h * np.eye(2)
    slope = [(value(THETA + step) - value(THETA - step)) / (2 * h) for step in steps]
    assert now.score == pytest.approx(slope, abs=1e-6)  # central differences
    bend = [(model.evaluate(THETA + step).score - model.evaluate(THETA - step).score) / (2 * h) for step in steps]
    assert -now.information == pytest.approx(np.array(bend), abs=1e-6)
    work, back = model.standardized()
    assert work.loglik(np.linalg.solve(back, THETA)) == pytest.approx(now.loglik, rel=1e-13)


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_weights_are_repeated_rows_also_in_ties(ties):
    again = {name: np.repeat(values, T["w"]) for name, values in T.items()}
    weighted = st.cox("survival(entry, time, died) ~ x + z", T, ties=ties, weights="w", strata="s")
    repeated = st.cox("survival(entry, time, died) ~ x + z", again, ties=ties, strata="s")
    one, other = weighted.evaluate(THETA), repeated.evaluate(THETA)
    assert one.loglik == pytest.approx(other.loglik, rel=1e-12)
    assert one.score == pytest.approx(other.score, rel=1e-10)
    assert one.information == pytest.approx(other.information, rel=1e-10)
    assert weighted.n == repeated.n


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_agrees_with_statsmodels(ties):
    """It counts those who enter at the time of an event as at risk; here nobody does."""
    X, table = np.column_stack([T["x"], T["z"]]), T | {"entry": T["entry"] + 0.5, "time": T["time"] + 1.0}
    theirs = PHReg(table["time"], X, status=T["died"], entry=table["entry"], strata=T["s"], ties=ties)
    fit = st.fit(st.cox("survival(entry, time, died) ~ x + z", table, ties=ties, strata="s"))
    assert fit.loglik == pytest.approx(theirs.loglike(fit.estimate), rel=1e-12)
    assert theirs.score(fit.estimate) == pytest.approx(np.zeros(2), abs=1e-9)
    assert fit.covariance == pytest.approx(np.linalg.inv(-theirs.hessian(fit.estimate)), rel=1e-9)


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_units_origins_and_order_change_nothing(ties):
    fit = st.fit(st.cox("survival(time, died) ~ x + z", T, ties=ties))
    for change, size in (
        ({"time": T["time"] * 1e6}, [1.0, 1.0]),
        ({"x": T["x"] + 1e5}, [1.0, 1.0]),
        ({"x": T["x"] * 1e-6}, [1e-6, 1.0]),
        ({name: values[::-1] for name, values in T.items()}, [1.0, 1.0]),
    ):
        other = st.fit(st.cox("survival(time, died) ~ x + z", T | change, ties=ties))
        assert np.abs(other.estimate * size - fit.estimate).max() <= 1e-9 * fit.se.min()
        assert other.se * size == pytest.approx(fit.se, rel=1e-9)


def test_far_from_the_maximum_nothing_is_lost():
    """Where linear predictors lie hundreds apart the likelihood is that of logarithms added up one by one."""
    for outcome, late in (("survival(time, died)", False), ("survival(entry, time, died)", True)):
        model = st.cox(f"{outcome} ~ x + z", T, ties="breslow")
        theta = np.array([300.0, -80.0])
        eta = model.X @ theta
        total = 0.0
        for t in np.unique(T["time"][T["died"]]):
            there = (T["time"] >= t) & (~np.array(late) | (T["entry"] < t))
            dead = there & (T["time"] == t) & T["died"]
            total += eta[dead].sum() - dead.sum() * np.logaddexp.reduce(eta[there])
        found = model.evaluate(theta)
        assert found.loglik == pytest.approx(total, rel=1e-12)
        assert np.isfinite(found.information).all()
        assert near(model.at(theta)).sets.first.size > 1
        beside = model.loglik(theta + [1e-3, 0.0]) - model.loglik(theta - [1e-3, 0.0])
        assert found.score[0] == pytest.approx(beside / 2e-3, rel=1e-4)  # differences of a likelihood of 1e4


def test_exact_ties_that_take_too_long_are_refused_with_their_cost():
    n = 60_000
    table = {"t": np.repeat([1, 2], n // 2), "d": np.arange(n) % 3 > 0, "x": G.standard_normal(n)}
    with pytest.raises(st.IncompatibleError, match=r"takes 1\.8e\+10 operations for each step"):
        st.cox("survival(t, d) ~ x + I(x**2) + I(x**3) + I(x**4)", table, ties="exact")


def test_a_chain_of_late_entry_is_each_risk_set():
    sets = st.cox("survival(entry, time, died) ~ x", T, ties="exact").sets
    found = ExactTies.of(sets)
    assert [len(chain.members) for chain in found.chains] == sets.sums(np.ones(len(sets.rows))).tolist()


@pytest.mark.parametrize(
    ("formula", "options", "error", "said"),
    [
        ("survival(time, died) ~ 1", {}, st.DomainError, "st.kaplan_meier has curves"),
        ("survival(time, died) ~ 0 + x", {}, st.DomainError, "no intercept that could be left out"),
        ("survival(time, died) ~ x", {"ties": "exakt"}, st.DomainError, "'efron', 'breslow', 'exact'"),
        ("survival(time, died) ~ x", {"weights": np.zeros(N)}, st.DomainError, "weights"),
        ("survival(time, died) ~ x", {"weights": 1.0 - T["died"]}, st.DomainError, "have weight 0"),
        ("survival(time, died) ~ x", {"id": np.zeros(N)}, st.DomainError, "overlap"),
        ("died ~ x", {}, st.DomainError, r"The outcome is survival\(time, died\)"),
    ],
)
def test_what_is_no_model_is_refused(formula, options, error, said):
    with pytest.raises(error, match=said):
        st.cox(formula, T, **options)


def test_the_page_says_what_was_counted():
    page = str(st.cox("survival(time, died) ~ x", T | {"x": [None, *T["x"][1:]]}, strata="s", ties="exact"))
    assert "survival(time, died) ~ x\nexact ties, 2 strata\n29 rows," in page
    assert "1 dropped for missing values (x 1)" in page


def test_rows_that_are_taken_twice_are_those_of_weights():
    which = np.concatenate([np.arange(N), [3, 3, 7]])
    counts = np.bincount(which, minlength=N)
    for ties in ("efron", "exact"):
        model = st.cox("survival(entry, time, died) ~ x + z", T, ties=ties, strata="s")
        again = T | {"counts": counts}
        weighted = st.cox("survival(entry, time, died) ~ x + z", again, ties=ties, strata="s", weights="counts")
        assert model.taken(which).loglik(THETA) == pytest.approx(weighted.loglik(THETA), rel=1e-12)
        with pytest.raises(st.DomainError, match="no row that is left has an event"):
            model.taken(np.flatnonzero(~model.said.event))
