"""What an exact posterior draws is its density and its table."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError

SEEN = {
    "Beta": st.Beta(1, 1).update([1, 0, 1, 1]),
    "Gamma": st.Gamma(1, 1).update(st.poisson_rate([3, 2, 4])),
    "Normal": st.Normal(0, 1).update(st.normal([1.0, 2.0], sd=1.0)),
    "NormalInverseGamma": st.NormalInverseGamma(0, 1, 2, 2).update(st.normal([1.0, 2.0, 3.0])),
    "Dirichlet": st.Dirichlet(1).update(["a", "b", "b"]),
    "arms": st.Beta(1, 1).update(st.binomial([4, 1], [10, 9], by=["A", "B"])),
    "two means": st.NormalInverseGamma([0, 0], 1, 2, 2).update(st.normal([1.0, 2.0, 3.0, 1.0], by=list("aabb"))),
    "regression": st.posterior(
        st.ols("y ~ x", {"y": [1.0, 2.0, 4.0, 3.0], "x": [0, 1, 2, 3]}), prior=st.NormalInverseGammaRegression.flat()
    ),
    "Wishart": st.NormalInverseWishart([0, 0], 1, 4, np.eye(2)),
    "haldane": st.Beta.haldane().update([1, 0]),
    "prior": st.Gamma(2, 1),
}


@pytest.mark.parametrize("name", SEEN)
def test_every_conjugate_posterior_draws_itself(name):
    assert isinstance(SEEN[name].plot(), Figure)
    frame = SEEN[name].table()
    lines = SEEN[name].plot("coefficients").axes[0]
    point = next(line for line in lines.lines if line.get_marker() == "o")
    assert_allclose(np.asarray(point.get_xdata()), frame["mean"][: len(point.get_xdata())])


def test_a_density_stands_beside_its_prior_with_the_interval_shaded():
    belief = SEEN["Beta"]
    axes = belief.plot(prob=0.5, kind="eti").axes[0]
    own, prior = (line for line in axes.lines if len(line.get_xdata()) == 501)
    x = np.asarray(own.get_xdata())
    assert_allclose(own.get_ydata(), belief.density(x))
    assert_allclose(prior.get_ydata(), np.ones(501))
    shaded = axes.collections[0].get_paths()[0].vertices[:, 0]
    assert_allclose([shaded.min(), shaded.max()], tuple(belief.interval(0.5, kind="eti")), atol=0.005)
    assert "50 % ETI" in [text.get_text() for text in axes.get_legend().get_texts()]
    assert len([line for line in SEEN["haldane"].plot().axes[0].lines if len(line.get_xdata()) == 501]) == 1


def test_arms_are_drawn_over_each_other():
    axes = SEEN["arms"].plot("density").axes[0]
    assert [line.get_label() for line in axes.lines] == ["A", "B"]
    x = np.asarray(axes.lines[0].get_xdata())
    assert_allclose(axes.lines[1].get_ydata(), SEEN["arms"]["B"].density(x))


def test_what_is_not_there_is_refused():
    with pytest.raises(st.IncompatibleError, match=r'several at once\. Dirichlet has the figures "coefficients"'):
        SEEN["Dirichlet"].plot("density")
    with pytest.raises(st.IncompatibleError, match="draws no 'trace'"):
        SEEN["Beta"].plot("trace")
    for wrong in ({"prob": 2.0}, {"kind": "wald"}):
        with pytest.raises(st.DomainError):
            SEEN["Beta"].plot("density", **wrong)
    with pytest.raises(st.DomainError, match="up to 10 arms"):
        st.Beta(1, 1).update(st.binomial([1] * 11, [3] * 11)).plot("density")


@pytest.mark.parametrize("belief", [st.Beta(40, 1e-100), st.Gamma(1e-100, 1), st.Beta([40, 1e15], 1e-100)])
def test_a_density_of_one_number_is_refused(belief):
    with pytest.raises(DomainError, match="one number in float64"):
        belief.plot()
