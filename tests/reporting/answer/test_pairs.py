"""The clearest difference of a factor is that of all pairs, with Tukey's interval."""

import pytest

import stattools as st
from stattools.reporting.answer.findings import findings
from stattools.reporting.answer.pairs import clearest
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
