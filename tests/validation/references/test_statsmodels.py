"""What statsmodels fits is compared; where it has no numbers, the log-likelihood decides."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.references.statsmodels import _above_zero, reference_fit
from tests.validation.test_validate import CASES, frame


@pytest.mark.parametrize(("make", "formula", "options", "reference"), CASES)
def test_agrees_with_statsmodels(make, formula, options, reference):
    check = st.validate(st.fit(make(formula, frame(), **options)))
    assert check.ok
    assert reference in check.reference
    assert "agrees" in check.sentence
    assert (check.table().digits > 6).all()
    assert (check.table().se_digits > 6).all()
    assert_allclose(check.loglik, check.reference_loglik, rtol=1e-10)
    columns = ["term", "estimate", "reference", "difference_in_se", "digits", "se", "reference_se", "se_digits"]
    assert check.table().columns.tolist()[-8:] == columns
    assert check.sentence in " ".join(str(check).split())


@pytest.mark.parametrize("make", [st.beta_binomial, st.negative_binomial])
def test_dispersed_counts_agree_on_columns_of_any_size(make):
    draws = np.random.default_rng(8)
    table = {"year": draws.integers(1950, 2020, 200), "income": draws.lognormal(11, 0.8, 200) * 1e3}
    share = draws.beta(2, 4, 200)
    if make is st.beta_binomial:
        table |= {"n": draws.integers(5, 60, 200)}
        table |= {"k": draws.binomial(table["n"], share)}
        model = make("k ~ year + income", table, trials="n")
    else:
        model = make("k ~ year + income", table | {"k": draws.poisson(6 * share)})
    found = st.validate(st.fit(model))
    assert "agrees" in found.sentence
    assert found.rows["digits"].min() > 5
    assert found.rows["se_digits"].min() > 5


@pytest.mark.parametrize("counts", [[5, 0, 7], [0, 0, 3, 4, 9], [3, 4, 0]])
def test_categories_that_were_never_seen_are_zero_in_both(counts):
    found = st.validate(st.fit(st.multinomial(counts)))
    assert found.ok
    assert found.rows.loc[np.array(counts) == 0, "reference"].eq(0.0).all()
    assert found.rows["digits"].min() >= 7


def test_one_category_alone_needs_no_reference():
    with pytest.raises(st.IncompatibleError, match="two categories that were seen"):
        st.validate(st.fit(st.multinomial({"a": 0, "b": 4})))


def test_a_step_of_newton_to_an_alpha_below_0_fails_at_once():
    """SciPy's zeta counted up from 1 / alpha = -1e160, and `st.validate` never ended."""
    calls = []
    assert _above_zero(lambda params: calls.append(1) or 7.0, np.array([1.0, 0.5])) == 7.0
    for alpha in (-1e-160, 0.0, np.nan):
        with pytest.raises(FloatingPointError, match="left the domain"):
            _above_zero(lambda params: calls.append(1), np.array([1.0, alpha]))
    assert len(calls) == 1
    reference = reference_fit(st.negative_binomial("y ~ x", {"y": [0, 3, 1, 9, 2, 14, 0, 8], "x": range(8)}))
    assert reference.converged
