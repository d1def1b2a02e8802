"""The clearest difference of a factor is that of all pairs, with Tukey's interval."""

import numpy as np
import pytest

import stattools as st
from stattools.reporting.answer import box as pairs
from stattools.reporting.answer.box import clearest
from stattools.reporting.answer.findings import findings
from tests.reporting.answer.planted import table
from tests.sizes import first

FRAME = table()


@pytest.mark.parametrize("formula", first(1, ["y ~ x + g", "y ~ 0 + g + x"]))
def test_the_clearest_pair_has_the_interval_of_tukey(formula):
    frame = FRAME.assign(y=FRAME.y + 2.0 * (FRAME.g == "c") - 2.0 * (FRAME.g == "b"))
    fit = st.fit(st.ols(formula, frame))
    term = {one.term: one for one in findings(fit)}["g"]
    pair = clearest(fit, term)
    row = fit.contrasts("g", adjust="tukey", over="grid").set_index("contrast").loc["c - b"]
    assert pair is not None
    assert pair.count == 3
    assert pair.effect.compared == "for `g` `c` against `g` `b`"
    numbers = pair.effect.numbers
    assert [numbers[name] for name in ("estimate", "lower", "upper")] == pytest.approx(
        [row.estimate, row.lower, row.upper],
        rel=1e-6,  # the studentized range is integrated by SciPy to that
    )


@pytest.mark.slow
def test_the_clearest_of_many_levels_is_that_of_all_intervals(monkeypatch):
    """Found from estimates and covariances at once; the interval is then computed for one pair only."""
    rng = np.random.default_rng(0)
    for right in ("g", "0 + g"):
        fit = st.fit(st.ols(f"y ~ {right}", {"y": rng.normal(size=90), "g": [f"q{k % 30:02d}" for k in range(90)]}))
        term = {one.term: one for one in findings(fit)}["g"]
        table = fit.contrasts("g", adjust="tukey", over="grid").set_index("contrast")
        between, asked = pairs._between_pairs, []
        counted = lambda *given, asked=asked, between=between: asked.append(1) or between(*given)  # noqa: E731
        monkeypatch.setattr(pairs, "_between_pairs", counted)
        pair = clearest(fit, term)
        monkeypatch.undo()
        assert pair is not None
        assert len(asked) == 1
        assert pair.effect.strength == pytest.approx((table.estimate / table.se).abs().max(), rel=1e-10)


def test_the_same_pair_by_another_fit():
    fit, other = (st.fit(make("spread ~ x + g", FRAME)) for make in (st.poisson, st.negative_binomial))
    pair = clearest(fit, findings(fit)[1])
    assert pair is not None
    assert pair.of(other).compared == pair.effect.compared
    assert pair.of(other).numbers["se"] > pair.effect.numbers["se"]


def test_two_levels_and_products_have_no_pairs():
    fit = st.fit(st.ols("y ~ x * g", FRAME))
    x, _, product = findings(fit)
    assert clearest(fit, x) is None
    assert clearest(fit, product) is None
