"""What every pair keeps of its data: the prior, the batches, the sums of what counts; a limit has no evidence."""

import numpy as np
import pytest

import stattools as st
from stattools.bayes.conjugate.pairs import CLOSED_FORMS
from stattools.bayes.conjugate.updating import DeclaredPair, at_arm


def test_every_family_declares_its_parts():
    for family in {family for _, family in CLOSED_FORMS}:
        assert isinstance(family._pair, DeclaredPair)
        assert family._pair.by_arm == hasattr(family, "__getitem__")


def test_what_was_seen_is_remembered_in_order_and_summed():
    first, second = st.coin([1, 0, 1]), st.binomial(6, 10)
    posterior = st.Beta(1, 1).update(first).update(second)
    assert posterior.seen.batches == (first, second)
    assert posterior.seen.total == (8, 13)
    assert posterior.prior == st.Beta(1, 1)
    counts, *_ = st.NormalInverseGamma(0, 1, 1, 1).update([1.0, 2.0]).update([3.0]).seen.total
    assert counts.tolist() == [3]


def test_a_limit_has_batches_and_no_evidence():
    posterior = st.Beta.haldane().update([1, 0])
    assert posterior.seen.log_evidence is None
    with pytest.raises(st.DomainError, match="evidence is not defined"):
        posterior.log_evidence  # noqa: B018


def test_one_number_serves_all_arms():
    arm = np.array([1, 0, 1])
    assert at_arm(2.0, arm) == 2.0
    assert at_arm([2.0, 3.0], arm).tolist() == [3.0, 2.0, 3.0]
