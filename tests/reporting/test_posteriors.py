import numpy as np
import pytest

import stattools as st
from stattools.reporting import posteriors
from stattools.reporting.document import Math, Section, Table

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
