"""What distributions answer alike: text, the page that print shows, equality, and no evidence of no data."""

import numpy as np
import pytest

import stattools as st
from stattools.bayes.conjugate.arms import parameters
from stattools.bayes.conjugate.inverse_gamma import RootInverseGamma
from stattools.errors import DomainError

TWICE = {
    "Beta(1, 2)": lambda: st.Beta(1, 2),
    "Gamma(1, 2)": lambda: st.Gamma(1, 2),
    "InverseGamma(1, 2)": lambda: st.InverseGamma(1, 2),
    "RootInverseGamma(1, 2)": lambda: RootInverseGamma(1, 2),
    "Normal(1, 2)": lambda: st.Normal(1, 2),
    "StudentT(3, 1, 2)": lambda: st.StudentT(3, 1, 2),
    "NormalInverseGamma(1, 2, 3, 4)": lambda: st.NormalInverseGamma(1, 2, 3, 4),
    "HalfNormal(2)": lambda: st.HalfNormal(2),
    "Laplace(1, 2)": lambda: st.Laplace(1, 2),
    "Uniform(1, 2)": lambda: st.Uniform(1, 2),
}


@pytest.mark.parametrize("text", TWICE)
def test_text_and_equality_follow_from_the_parameters(text):
    one, other = TWICE[text](), TWICE[text]()
    assert repr(one) == text
    assert one == other
    assert hash(one) == hash(other)
    assert len({*TWICE.values()}) == sum(one != make() for make in TWICE.values()) + 1
    assert len(parameters(one)) == text.count(",") + 1


def test_several_arms_that_saw_nothing_have_no_evidence_each():
    assert st.Beta(1, 2).log_evidence == 0.0
    np.testing.assert_array_equal(st.Normal([0.0, 1.0], 1).log_evidence, [0.0, 0.0])
    assert st.Dirichlet([1, 2, 3]).log_evidence == 0.0


def test_one_distribution_has_one_row_and_no_name():
    lines = str(st.Beta(5, 3)).split("\n")
    assert lines[:3] == ["Beta(5, 3)", "", "  mean      sd  median   lower   upper"]
    assert lines[4].split()[0] == "0.6250"
    assert lines[-1] == "Intervals: 94 % highest density."


def test_many_arms_are_counted():
    lines = str(st.Gamma(np.arange(1.0, 31.0), 2)).split("\n")
    assert lines[-3] == "and 10 more; see table()"
    assert len(lines) == 27


def test_what_has_no_table_is_a_line():
    assert str(st.Dirichlet(1)) == "Dirichlet(1)"
    assert str(st.Cauchy(0, 1)) == "Cauchy(0, 1)"


@pytest.mark.parametrize(
    "belief", [st.Normal([0, 1], [1, 1]), st.InverseGamma([1, 2], [1, 2]), st.Beta([1, 2], [2, 3])]
)
@pytest.mark.parametrize("x", [(), [0.1, 0.2, 0.3]])
def test_points_go_with_the_arms(belief, x):
    with pytest.raises(DomainError, match=r"of a shape that goes with \(2,\)"):
        belief.density(x)
