"""Every class of models is told of, and one that is not known is refused."""

import re
from dataclasses import fields

import pytest

import stattools as st
from stattools.inference.fitting.ways import WAYS
from stattools.models.mixed.density import JointDensity, MixedDensity
from stattools.models.regressions.categories import OneVsRest
from stattools.models.samples.proportions import BernoulliTrials, Waits
from stattools.models.survival.cox import SortedCox
from stattools.networks.network import Network
from stattools.reporting import own_functions, proportions, regressions, samples, smoothing, state_space
from stattools.reporting.accounts import ACCOUNTS, CURVED, Account, account
from stattools.reporting.proportions import WORDS
from stattools.reporting.samples import SAID
from stattools.series.statespace.many import LocalLevels


def kinds(cls):
    """The kinds that a class of samples declares."""
    field = cls.__dataclass_fields__.get("kind")
    return {cls.kind} if field is None else set(re.findall(r"[\"'](.+?)[\"']", field.type))


def test_every_class_that_is_fitted_is_told_of():
    """One-vs-rest is told by its logistic regressions; many local levels are a table, not a report. The density of a
    mixed model is what its posterior is of.
    """
    assert set(ACCOUNTS | CURVED) == (set(WAYS) | {Network, MixedDensity, JointDensity}) - {
        OneVsRest,
        LocalLevels,
        SortedCox,
    }


def test_every_kind_of_sample_is_told_of():
    assert kinds(BernoulliTrials) == {"coin", "binomial"} == set(WORDS)
    told = [cls for cls, row in ACCOUNTS.items() if row is ACCOUNTS[Waits]]
    assert set(SAID) == {kind for cls in told for kind in kinds(cls)}


@pytest.mark.parametrize("file", [regressions, proportions, samples, own_functions, state_space, smoothing])
def test_the_functions_of_a_file_are_found_by_their_names(file):
    """What a file has a function for is not told by a default."""
    told = next(row for row in ACCOUNTS.values() if row.facts is file.facts)
    for name in ("question", "likelihood", "conclusion"):
        assert getattr(told, name) is getattr(file, name)
    for field in fields(Account):
        assert getattr(told, field.name) is vars(file).get(field.name, field.default)


def test_a_class_that_is_not_known_is_refused():
    class Bell:
        title, kind = "Bell", "coin"

    with pytest.raises(st.IncompatibleError, match="no words for Bell"):
        account(Bell())
