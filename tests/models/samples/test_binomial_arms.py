"""Successes out of trials by arm: sums, labels, refusals, and the fit of each arm alone."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st

FRAME = pd.DataFrame({"k": [3, 4, 5], "n": [10, 12, 5], "g": ["b", "a", "b"]})


def test_arms_from_columns_labels_and_series():
    model = st.binomial("k", "n", by="g", data=FRAME)
    assert (model.arms, model.successes.tolist(), model.trials.tolist()) == (("a", "b"), [4, 8], [12, 15])
    assert model == st.binomial(FRAME["k"], FRAME["n"], by=FRAME["g"])
    indexed = FRAME.set_index(pd.Index(["x", "y", "z"]))
    assert st.binomial(indexed["k"], indexed["n"]).arms == ("x", "y", "z")
    assert st.binomial([3, 4], 12).arms is None
    flips = st.coin([1, 0, 1, 1], by=["b", "a", "b", "a"])
    assert (flips.arms, flips.successes.tolist(), flips.trials.tolist()) == (("a", "b"), [1, 2], [2, 2])


def test_each_arm_is_its_own_fit_and_posterior():
    model = st.binomial("k", "n", by="g", data=FRAME)
    fit, posterior = st.fit(model), st.posterior(model, prior=st.Beta(1, 1))
    assert fit.names == ("a", "b")
    assert st.validate(fit).ok
    assert "Binomial counts by arm" in str(fit)
    for i, (k, n) in enumerate([(4, 12), (8, 15)]):
        one, single = st.fit(st.binomial(k, n)), st.Beta(1, 1).update(st.binomial(k, n))
        assert_allclose([fit.estimate[i], fit.se[i]], [one.estimate[0], one.se[0]], rtol=1e-15)
        for kind in fit.kinds:
            assert_allclose(np.asarray(fit.interval(kind=kind))[i], tuple(one.interval(kind=kind)), rtol=1e-13)
        assert_allclose(posterior.log_evidence[i], single.log_evidence, rtol=1e-13)
        assert_allclose(np.asarray(posterior.interval())[i], tuple(single.interval()), rtol=1e-12)
    assert posterior.update(st.binomial([1], [2], by=["a"])) == st.Beta([6, 9], [10, 8])
    assert_array_equal(posterior.predictive([12, 15]).mean, posterior.mean * [12, 15])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: st.binomial([3, 4], [2, 5]), "3 successes in 2 trials, position 0"),
        (lambda: st.binomial("k", "n", by="g", data=FRAME.assign(k=[11, 2, 3])), "11 successes in 10 trials, arm 'b'"),
        (lambda: st.binomial([0, 2], [0, 3]), "at least one trial in each arm; position 0 has none"),
        (lambda: st.binomial([1, np.nan], [3, 3]), "got nan at position 1"),
        (lambda: st.binomial([1, 0.5], [3, 3]), r"got 0\.5 at position 1"),
        (lambda: st.binomial([1, -1], [3, 3]), "got -1 at position 1"),
        (lambda: st.binomial([1, 2], [3, 3, 3]), "2 successes and 3 trials"),
        (lambda: st.binomial("k", "m", data=FRAME), "the columns of data are 'k', 'n', 'g'"),
        (lambda: st.binomial([1, 2], [3, 3], by=["a", None]), "by= has none at position 1"),
        (
            lambda: st.Beta.haldane().update(st.binomial([1, 2], [2, 2])),
            r"improper posterior, Beta\(2, 0\) at position 1",
        ),
        (lambda: st.Beta.haldane().update([1, 1]), r"2 successes in 2 trials has an improper posterior, Beta\(2, 0\)"),
        (lambda: st.Beta([0.5, 1], [0.5, 1], arms=["A", "B"]).interval(), "U-shaped"),
    ],
)
def test_refusals_name_the_arm(call, message):
    with pytest.raises(st.DomainError, match=message):
        call()


def test_a_refusal_names_the_arm_of_its_row_whatever_the_order_of_arms():
    with pytest.raises(st.DomainError, match="in arm 'A'"):
        st.binomial([6, -1], [10, 8], by=["B", "A"])
    with pytest.raises(st.DomainError, match="9 successes in 8 trials, arm 'A'"):
        st.binomial([6, 9], [10, 8], by=["B", "A"])
