import pytest
import typer

import stattools as st
from stattools.cli.words import covariance, penalty, prior


def test_priors_by_name_and_for_all():
    assert prior(["Normal(0, 2.5)"]) == st.Normal(0, 2.5)
    assert prior(["C(g)[T.b]=cauchy(0, 1)", "half_normal_is_not=halfnormal(2)"]) == {
        "C(g)[T.b]": st.Cauchy(0, 1),
        "half_normal_is_not": st.HalfNormal(2),
    }
    assert prior([]) is None


@pytest.mark.parametrize(
    "words",
    [
        ["normal"],
        ["normal(a)"],
        ["x=normal(0,1)", "x=normal(0,2)"],
        ["normal(0,1)", "x=normal(0,1)"],
        ["__import__('os')"],
    ],
)
def test_priors_that_are_none(words):
    with pytest.raises(typer.BadParameter):
        prior(words)


def test_covariances_and_penalties():
    assert covariance("HC0") == "HC0"
    assert covariance("information") == "information"
    assert covariance("cluster( firm )").groups == "firm"
    assert penalty(None) is None
    assert penalty("ridge(0.5)") == st.Ridge(0.5)
    for word in ("hac", "hac(x)", "cluster()", "HC3(1)"):
        with pytest.raises(typer.BadParameter):
            covariance(word)
    for word in ("ridge", "ridge(x)", "jeffreys(2)"):
        with pytest.raises(typer.BadParameter):
            penalty(word)
