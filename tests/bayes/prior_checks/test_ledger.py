"""The ledger: order does not matter to the last bit, undoing is never having added, the evidences add up."""

from itertools import permutations

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st

BATCHES = {
    "beta": (st.Beta(0.1, 0.7), {"a": [1, 0, 1], "b": st.binomial(3, 7), "c": st.geometric([2, 0, 5])}),
    "gamma": (
        st.Gamma(0.3, 0.1),
        {"a": st.poisson_rate([3, 0], exposure=[0.1, 0.7]), "b": st.poisson_rate([9], exposure=[1e9]),
         "c": st.poisson_rate([1], exposure=[1e-9])},
    ),
    "normal": (
        st.Normal(0.1, 3.0),
        {"a": st.normal([1.1, 1e9], sd=0.3), "b": st.normal([0.1, 0.2, 0.3], sd=0.7), "c": st.normal([-1e9], sd=0.1)},
    ),
    "normal-inverse-gamma": (
        st.NormalInverseGamma(0.1, 0.2, 2.0, 3.0),
        {"a": st.normal([1.1, 1e5]), "b": st.normal([0.1, 0.2, 0.3]), "c": st.normal([-1e5])},
    ),
}  # fmt: skip


MORE = {
    "dirichlet": (st.Dirichlet([0.1, 0.7, 2.0]), [st.multinomial([3, 5, 2]), st.multinomial([0, 1, 0])]),
    "regression": (
        st.NormalInverseGammaRegression(np.zeros(2), np.eye(2), 2.0, 2.0),
        [st.ols([1.0, 3.0, 5.0], [0.0, 1.0, 2.0]), st.ols([8.0, 1.0, 2.0], [3.0, 0.5, 0.1])],
    ),
}


@pytest.mark.parametrize("family", MORE)
def test_families_without_a_surprise_have_evidence(family):
    prior, batches = MORE[family]
    found = st.ledger(prior).add(batches[0]).add(batches[1])
    table = found.table()
    assert "surprise" not in table
    assert_allclose(table["total_log_evidence"].iloc[-1], found.posterior.log_evidence, rtol=1e-9)
    assert len(table) == 2 * len(found.posterior.table())


def book(prior, batches, order):
    found = st.ledger(prior)
    for name in order:
        found = found.add(batches[name], name=name)
    return found


@pytest.mark.parametrize("family", BATCHES)
def test_order_does_not_matter_to_the_last_bit(family):
    prior, batches = BATCHES[family]
    posteriors = {book(prior, batches, order).posterior for order in permutations(batches)}
    assert len(posteriors) == 1


@pytest.mark.parametrize("family", BATCHES)
@pytest.mark.parametrize("undone", ["a", "b", "c"])
def test_undone_is_never_added(family, undone):
    prior, batches = BATCHES[family]
    whole, without = book(prior, batches, "abc"), book(prior, batches, "abc".replace(undone, ""))
    assert whole.undo(undone).posterior == without.posterior
    assert whole.names == ("a", "b", "c")  # the ledger itself did not change
    assert whole.undo(undone).table().equals(without.table())


@pytest.mark.parametrize("family", BATCHES)
def test_evidences_add_up_to_that_of_all_data(family):
    prior, batches = BATCHES[family]
    found = book(prior, batches, "abc")
    table = found.table()
    assert_allclose(table["total_log_evidence"].iloc[-1], found.posterior.log_evidence, rtol=1e-9)
    if family != "normal-inverse-gamma":  # its table has two rows a batch
        assert_allclose(table["log_evidence"].cumsum(), table["total_log_evidence"])


def test_each_line_is_the_posterior_so_far_and_its_surprise_to_the_belief_before():
    prior, batches = BATCHES["beta"]
    table = book(prior, batches, "ab").table(0.9)
    after = prior.update(batches["a"])
    assert_allclose(table.loc[0, ["mean", "lower", "upper"]].tolist(), [after.mean, *after.interval(0.9, kind="eti")])
    belief = st.Beta(after.a, after.b)
    assert_allclose(table.loc[1, "surprise"], st.surprise(belief.update(batches["b"])).probability, rtol=1e-12)
    assert_allclose(table.loc[1, "log_evidence"], belief.update(batches["b"]).log_evidence, rtol=1e-12)


def test_an_improper_prior_has_no_evidence_for_the_first_batch():
    found = st.ledger(st.Beta.haldane()).add([1, 0, 1]).add([1, 0])
    table = found.table()
    assert table[["log_evidence", "total_log_evidence", "surprise"]].isna().to_numpy()[0].all()
    assert_allclose(table.loc[1, "log_evidence"], st.Beta(2, 1).update([1, 0]).log_evidence)
    assert np.isnan(table.loc[1, "total_log_evidence"])
    assert "—" in str(found)


def test_arms_have_a_row_each():
    table = st.ledger(st.Beta(1, 1)).add(st.binomial([1, 2], [3, 4])).add(st.binomial([0, 4], [3, 4])).table()
    assert table["batch"].tolist() == ["batch 1"] * 2 + ["batch 2"] * 2
    assert_allclose(table["mean"], [2 / 5, 3 / 6, 2 / 8, 7 / 10])


def test_a_posterior_as_prior_starts_anew():
    start = st.Beta(1, 1).update([1, 1, 0])
    found = st.ledger(start).add([0])
    assert found.prior.seen is None
    assert_allclose(found.posterior.log_evidence, np.log(2 / 5))


def test_names_and_printing():
    found = st.ledger(st.Beta(1, 1))
    assert str(found) == "empty ledger, prior Beta(1, 1)"
    assert len(found) == 0
    found = found.add([1]).add([0], name="x").add([1])
    assert found.names == ("batch 1", "x", "batch 3")
    assert found.undo("batch 1").add([1]).names == ("x", "batch 3", "batch 4")
    assert "posterior Beta(3, 2)" in str(found)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: st.ledger("flat"), st.IncompatibleError, "prior of a conjugate family"),
        (lambda: st.ledger(st.Beta(1, 1)).table(), st.DomainError, "empty"),
        (lambda: st.ledger(st.Beta(1, 1)).undo("x"), st.DomainError, "no batch 'x'; it has none"),
        (lambda: st.ledger(st.Beta(1, 1)).add([1], name="x").add([1], name="x"), st.DomainError, "has a batch 'x'"),
        (lambda: st.ledger(st.Beta(1, 1)).add([2]), st.DomainError, "0 or 1"),
        (lambda: st.ledger(st.Beta.haldane()).add([1, 1]), st.DomainError, "improper posterior"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()
