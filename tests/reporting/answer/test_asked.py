"""The question of a regression, of its terms and of its columns."""

import stattools as st
from stattools.reporting.answer.asked import asked_of, question
from tests.reporting.answer.planted import table


def test_terms_are_asked_for_and_not_their_columns():
    model = st.logistic("event ~ x + C(g)", table())
    assert asked_of(model) == "How do the odds that `event` is `1` depend on `x` and `g`?"
    assert "`C(g)[T.b]`" in question(model)
    assert asked_of(st.ols("y ~ 1", table())) == "What is the mean of `y`?"
