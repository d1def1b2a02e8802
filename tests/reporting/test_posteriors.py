import re

import numpy as np
import pytest

import stattools as st
from stattools.reporting import posteriors
from stattools.reporting.document import Math, Section, Table
from stattools.reporting.tables import between, decimals

beta = st.posterior(st.binomial(6, 10), prior=st.Beta(1, 1))


def test_the_table_holds_the_exact_numbers():
    cells = dict(posteriors.exact(beta).rows)
    low, high = beta.interval(0.94)
    assert cells["mean"] == f"{7 / 12:.3f}"
    assert cells["94 % HDI"] == f"{low:.3f} to {high:.3f}"
    assert cells["log evidence"] == f"{-np.log(11):.4f}"


def test_arviz_agrees_up_to_its_sampling_error():
    _, table = posteriors.sampled(beta)
    assert isinstance(table, Table)
    _, mean, sd, _ = table.rows[0]
    assert abs(float(mean) - beta.mean) < 4 * beta.sd / np.sqrt(posteriors.DRAWS) + 0.0005
    assert abs(float(sd) - beta.sd) < 0.01
    assert posteriors.sampled(beta) == posteriors.sampled(beta)


@pytest.mark.parametrize("prior", [st.Beta(1, 1), st.Beta(0.5, 0.5), st.Beta(2.5, 40)], ids=str)
def test_the_update_is_written_out(prior):
    section = posteriors.posterior(st.posterior(st.coin([1, 1, 0]), prior=prior))
    assert isinstance(section, Section)
    formula = next(block.tex for block in section.blocks if isinstance(block, Math))
    assert f"{prior.a:g} + 2, {prior.b:g} + 1" in formula
    assert f"{prior.a + 2:g}, {prior.b + 1:g}" in formula


def test_the_sentence_gives_interval_and_probability():
    low, high = beta.interval(0.94)
    said = posteriors.belief(beta)
    assert f"between {low:.3f} and {high:.3f} with probability 94 %" in said
    assert said.endswith(f"exceeds 1/2 with probability {beta.probability(low=0.5):.3f}.")


def test_two_peaks_have_a_central_interval():
    assert posteriors.label(posteriors.credible(st.Beta(0.5, 0.5))) == "94 % ETI"


OTHERS = {
    "gamma": st.Gamma(2, 1).update(st.poisson_rate([3, 0, 12], exposure=[1.0, 2.0, 3.0])),
    "normal": st.Normal(0, 1).update(st.normal([1.0, 2.0, 6.0], sd=3.0)),
    "flat normal": st.Normal.flat().update(st.normal([1.0, 2.0, 6.0], sd=3.0)),
    "normal-inverse-gamma": st.NormalInverseGamma(0, 1, 2, 3).update(st.normal([1.0, 2.0, 6.0])),
    "beta arms": st.Beta(1, 1).update(st.binomial([6, 3], [10, 8])),
    "gamma arms": st.Gamma(1, 1).update(st.poisson_rate([6, 3, 1], by=["x", "y", "x"])),
    "haldane": st.Beta.haldane().update([1, 0, 1]),
    "prior": st.Gamma(2, 1),
    "dirichlet": st.posterior(st.multinomial([3, 5, 2]), prior=st.Dirichlet([1, 1, 1])),
    "regression": st.posterior(
        st.ols([1.0, 3.0, 5.0, 8.0], [0.0, 1.0, 2.0, 3.0], names=["dose"]),
        prior=st.NormalInverseGammaRegression(np.zeros(2), np.eye(2), 2.0, 2.0),
    ),
    "wishart": st.posterior(
        st.multivariate_normal([[1.0, 2.0], [2.0, 1.0], [4.0, 5.0]]),
        prior=st.NormalInverseWishart(np.zeros(2), 1.0, 4.0, np.eye(2)),
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_every_conjugate_posterior_has_its_section(name, tmp_path):
    belief = OTHERS[name]
    text = st.report(belief, to=tmp_path / "r").read_text()
    assert f"`{belief.prior!r}`" in text
    assert not re.search(r"\bnan\b|\binf\b|None", text.replace(repr(belief.prior), ""))
    table = belief.table(0.94, "hdi")
    for row in table.to_dict("records"):
        assert between(row["lower"], row["upper"], decimals(row["sd"])) in text
    if name not in ("flat normal", "haldane", "prior"):
        assert f"{np.sum(belief.log_evidence):.4f}" in text
    assert ("log evidence" in text) == (name not in ("flat normal", "haldane", "prior"))
    assert (tmp_path / "r" / "posterior.svg").exists()
    assert "With the prior" in text.split("## Posterior")[0]


def test_one_row_per_arm_or_parameter():
    arms = posteriors.posterior(OTHERS["gamma arms"])
    table = next(block for block in arms.blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == ["`x`", "`y`"]
    both = posteriors.posterior(OTHERS["normal-inverse-gamma"])
    table = next(block for block in both.blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == ["`mean`", "`sd`"]
    assert "the arm with the highest mean" in posteriors.belief(OTHERS["gamma arms"])
    assert "puts `1`, the category with the highest mean, at" in posteriors.belief(OTHERS["dirichlet"])
    assert "puts the coefficient of `dose` at" in posteriors.belief(OTHERS["regression"])
    assert "puts the mean of `x1` at" in posteriors.belief(OTHERS["wishart"])
    assert "puts the `mean` at" in posteriors.belief(OTHERS["normal-inverse-gamma"])
