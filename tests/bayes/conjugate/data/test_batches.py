"""What a conjugate posterior has seen, and what another prior makes of it."""

import pytest

import stattools as st
from stattools.bayes.prior_checks.batches import batches, fresh, updated

POSTERIOR = st.Beta(2, 3).update(st.binomial(6, 10)).update([1, 0, 1])


def test_the_batches_in_the_order_they_came():
    seen = batches(POSTERIOR, "a test")
    assert [batch.trials for batch in seen] == [10, 3]
    assert updated(st.Beta(2, 3), seen) == POSTERIOR == st.Beta(10, 8)
    assert updated(st.Beta.haldane(), seen) == st.Beta(8, 5)


def test_a_fresh_prior_has_seen_nothing():
    again = fresh(POSTERIOR)
    assert again == POSTERIOR
    assert again.seen is None
    assert fresh(again) is again
    assert fresh(st.Beta.haldane()).seen is None


def test_what_has_seen_nothing_is_refused():
    with pytest.raises(st.DomainError, match=r"a test needs a posterior that has seen data; Beta\(1, 1\) is a prior"):
        batches(st.Beta(1, 1), "a test")
    with pytest.raises(st.IncompatibleError, match=r"a test needs a conjugate posterior.*got HalfNormal"):
        batches(st.HalfNormal(1), "a test")
