"""Monotone partial likelihoods: which coefficients are infinite, and inference on the others."""

import numpy as np
import pytest

import stattools as st
from stattools.data.design import design
from stattools.inference.existence import partial_likelihood as monotone_module
from stattools.inference.existence.partial_likelihood import monotone

G = np.random.default_rng(2)
N = 40
T = {
    "x": G.standard_normal(N),
    "z": G.standard_normal(N),
    "t": np.ceil(5.0 * G.exponential(size=N)),
    "d": G.random(N) < 0.7,
}
T["never"] = (np.arange(N) % 4 == 0).astype(float)
T["d2"] = T["d"] & (T["never"] == 0)
T["e"] = np.floor(T["t"] * G.random(N) * 0.6)


@pytest.mark.parametrize("outcome", ["survival(t, d2)", "survival(e, t, d2)"])
@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_a_group_without_events_is_infinite_and_the_rest_is_the_fit_of_the_others(ties, outcome):
    with pytest.raises(st.SeparationError, match=r"no maximum: .* of never, .*never = -inf\. The other 1 is") as caught:
        st.fit(st.cox(f"{outcome} ~ z + never", T, ties=ties))
    found = caught.value.separation
    assert found.infinite == {"never": -np.inf}
    assert found.kind == "quasi-complete"
    some = {name: values[T["never"] == 0] for name, values in T.items()}
    others = st.fit(st.cox(f"{outcome} ~ z", some, ties=ties))
    table = found.table().set_index("term")
    assert table.estimate["z"] == pytest.approx(others.estimate[0], rel=1e-8)
    assert table.se["z"] == pytest.approx(others.se[0], rel=1e-8)
    assert found.loglik == pytest.approx(others.loglik, rel=1e-10)
    assert (table.estimate["never"], table.se["never"], table.lower["never"]) == (-np.inf, np.inf, -np.inf)
    assert table.upper["never"] < 1.0


def test_the_finite_end_is_where_a_likelihood_ratio_test_rejects():
    with pytest.raises(st.SeparationError) as caught:
        st.fit(st.cox("survival(t, d2) ~ never", T))
    found = caught.value.separation
    end = found.table().upper[0]
    fall = 2.0 * (found.loglik - st.cox("survival(t, d2) ~ never", T).loglik([end]))
    assert fall == pytest.approx(3.841458820694124, rel=1e-7)


def test_rows_in_perfect_order_leave_nothing_finite():
    table = T | {"t": np.arange(N) + 1.0, "x": -np.arange(N) / 7.0}
    with pytest.raises(st.SeparationError, match="x = inf") as caught:
        st.fit(st.cox("survival(t, d) ~ x", table))
    assert caught.value.separation.kind == "complete"
    assert str(caught.value.separation) == "a monotone partial likelihood of survival(t, d): x = inf"


def test_a_mixture_of_columns_may_be_what_is_infinite():
    a = G.standard_normal(N)
    order = np.argsort(np.argsort(-(T["x"] + a)))
    with pytest.raises(st.SeparationError) as caught:
        st.fit(st.cox("survival(t, d) ~ x + a", T | {"a": a, "t": order + 1.0}))
    assert caught.value.separation.infinite == {"x": np.inf, "a": np.inf}


def test_strata_are_looked_at_by_themselves():
    """Infinite in each of two strata, in opposite directions, is finite together."""
    table = {"t": [1.0, 2, 3, 4] * 2, "d": [1] * 8, "x": [4.0, 3, 2, 1, 1, 2, 3, 4.5], "s": [0] * 4 + [1] * 4}
    assert monotone(st.cox("survival(t, d) ~ x", table, strata="s")) is None
    assert np.isfinite(st.fit(st.cox("survival(t, d) ~ x", table, strata="s")).estimate).all()


def test_tied_events_at_different_values_bound_efron_and_not_exact_ties():
    """Two tied events at 1 and 2 above the third: Efron's likelihood falls along x, the exact one rises for ever."""
    table = {"t": [1.0, 1, 2, 3], "d": [1, 1, 0, 0], "x": [2.0, 1.0, 0.0, 0.0]}
    assert monotone(st.cox("survival(t, d) ~ x", table)) is None
    assert getattr(monotone(st.cox("survival(t, d) ~ x", table, ties="exact")), "infinite", None) == {"x": np.inf}


@pytest.mark.parametrize(
    ("formula", "options", "said"),
    [
        ("survival(t, d) ~ x + c", {}, "c is the same for all who are at risk together"),
        ("survival(t, d) ~ x + z + both", {}, r"both = 2 x \+ -1 z, but for a constant"),
        ("survival(t, d) ~ x + block", {"strata": "block"}, "block is the same for all"),
        ("survival(one, d) ~ x", {"ties": "exact", "weights": np.array([1] * 5 + [0] * (N - 5))}, "x is the same"),
    ],
)
def test_columns_that_nobody_can_tell_are_named(formula, options, said):
    table = T | {"c": np.full(N, 3.0), "both": 2.0 * T["x"] - T["z"] + 5.0, "block": np.arange(N) // 10}
    table |= {"one": np.ones(N), "d": T["d"] | (np.arange(N) < 5)}
    with pytest.raises(st.IdentificationError, match=said):
        st.fit(st.cox(formula, table, **options))


def test_one_event_is_a_fit_or_names_what_is_infinite():
    table = {"t": [1.0, 2, 3, 4], "d": [1, 0, 0, 0], "x": [2.0, 1.0, 4.0, 3.5]}
    assert np.isfinite(st.fit(st.cox("survival(t, d) ~ x", table)).estimate).all()
    with pytest.raises(st.SeparationError, match="x = inf"):
        st.fit(st.cox("survival(t, d) ~ x", table | {"x": [9.0, 1.0, 4.0, 3.5]}))


def test_exact_ties_in_which_all_have_the_event_say_nothing():
    table = {"t": [3, 3, 3, 3], "d": [1, 1, 1, 1], "x": [0.1, 0.5, -0.2, 0.4]}
    with pytest.raises(st.IdentificationError, match="cannot tell 1 of its 1 columns"):
        st.fit(st.cox("survival(t, d) ~ x", table, ties="exact"))


def test_a_message_names_the_first_few_of_many_columns():
    table = {"t": 1.0 + np.arange(30), "d": np.ones(30, dtype=int), "g": [f"level_{k}" for k in range(30)]}
    with pytest.raises(st.SeparationError, match=r"a combination of .* and \d+ more, so that") as caught:
        st.fit(st.cox("survival(t, d) ~ g", table))
    assert len(str(caught.value)) < 900


def slopes(seed, late, **beside):
    """Rows of a regression on slopes of six levels, of which level c has x = 7 where asked."""
    rng = np.random.default_rng(seed)
    x, t, entry = rng.standard_normal(60), np.round(rng.exponential(size=60), 1) + 0.1, rng.exponential(size=60)
    data = {"g": list("abcdef") * 10, "x": x, "t": t, "d": rng.random(60) < 0.25, "e": np.maximum(0.0, t - entry)}
    return "survival(e, t, d) ~ C(g) + C(g):x" if late else "survival(t, d) ~ x * C(g)", data | beside


def failure(formula, data, many, largest=1e7):
    """The error of a fit, or the fit itself, where levels beyond `many` are kept as codes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(design, "MANY", many)
        patch.setattr(monotone_module, "LARGEST_BESIDE_SLOPES", largest)
        try:
            return st.fit(st.cox(formula, data))
        except st.IdentificationError as error:
            return error


@pytest.mark.parametrize("late", [False, True])
def test_slopes_kept_as_codes_are_refused_where_all_columns_are(late):
    seen = set()
    for seed in range(4):
        asked = slopes(seed, late)
        plain, coded, large = failure(*asked, 10**9), failure(*asked, 3), failure(*asked, 3, 1.0)
        seen.add(refused := isinstance(plain, st.SeparationError))
        if not refused:
            assert coded.loglik == pytest.approx(plain.loglik, rel=1e-12)
            assert large.loglik == pytest.approx(plain.loglik, rel=1e-12)
            continue
        assert str(coded) == str(plain)
        assert "no maximum: at every event those who have it are the highest" in str(large)
        assert "leave slopes of such levels out" in str(large)
        assert any(name in str(large) for name in plain.separation.infinite)
    assert seen == {True, False}


def test_a_slope_whose_number_does_not_vary_in_a_level_is_named():
    formula, data = slopes(0, False)
    still = data | {"x": np.where(np.array(data["g"]) == "c", 7.0, 7.0 + data["x"]), "d": np.ones(60)}
    plain, coded = failure(formula, still, 10**9), failure(formula, still, 3)
    assert "cannot tell 1 of its 11 columns: x:C(g)[T.c] = 7 C(g)[T.c]" in str(plain)
    assert "cannot tell 1 of its 11 columns: x:C(g)[T.c] is a combination of levels of C(g)" in str(coded)
