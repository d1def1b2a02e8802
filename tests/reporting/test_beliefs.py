import numpy as np
import pytest
from scipy import stats

import stattools as st
from stattools.reporting import beliefs
from stattools.reporting.document import Figure, Table

heads = st.posterior(st.binomial(15, 20), prior=st.Beta(1, 1))
g = np.random.default_rng(0)
N = g.integers(5, 400, 60)
K = g.binomial(N, g.beta(4.0, 9.0, 60))
groups = st.empirical_bayes(st.binomial(K, N))
rates = st.empirical_bayes(st.negative_binomial(K, np.empty((60, 0)), exposure=N.astype(float)))


def above_half(belief):
    return belief.probability(low=0.5)


PARTS = {
    "Sensitivity to the prior": st.prior_sensitivity(heads, conclusion=above_half, label="P(a$ > `b`)"),
    "Tipping prior": st.tipping_prior(heads, conclusion=above_half, cutoff=0.95, mean=0.5),
    "Prior and data": st.surprise(heads),
    "Ledger": st.ledger(st.Beta(1, 1)).add([1, 0]).add([1]),
    "Empirical Bayes": groups,
}


@pytest.mark.parametrize("title", PARTS)
def test_every_result_has_its_section(title, tmp_path):
    text = st.report(PARTS[title], to=tmp_path / "r").read_text()
    assert f"## {title}" in text
    assert text == st.report(PARTS[title], to=tmp_path / "r").read_text()


@pytest.mark.slow
def test_all_of_them_follow_a_posterior(tmp_path):
    text = st.report(heads, *PARTS.values(), to=tmp_path / "r").read_text()
    places = [text.index(f"### {title}" if f"### {title}" in text else f"## {title}") for title in PARTS]
    assert places == sorted(places)
    assert len(list((tmp_path / "r").glob("*.svg"))) == 4


def test_the_map_marks_the_prior_and_the_tipping_prior():
    figure = beliefs.sensitivity(PARTS["Sensitivity to the prior"], PARTS["Tipping prior"])
    assert isinstance(figure, Figure)
    axes = figure.draw().axes[0]
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert {"Beta(1, 1)", "tipping prior"} <= set(labels)


@pytest.mark.parametrize("found", [groups, rates], ids=["trials", "rates"])
def test_limits_hold_what_they_say(found):
    chance, fitted = beliefs.limits(found)
    n, lower, upper = fitted
    if hasattr(found.prior, "a"):
        law = stats.betabinom(n, found.prior.a[0], found.prior.b[0])
    else:
        shape, rate = found.prior.shape[0], found.prior.rate[0]
        law = stats.nbinom(shape, rate / (rate + n))
    held = law.cdf(np.round(upper * n)) - law.cdf(np.round(lower * n) - 1)
    assert (held >= 0.95 - 1e-9).all()
    assert (chance[2] - chance[1] <= upper - lower + 1e-12).all()
    assert beliefs.within(found, 0.0).mean() > beliefs.within(found, 1.0).mean()


def test_the_ends_of_the_list():
    table = beliefs.extremes(groups, "mean", most=3)
    assert isinstance(table, Table)
    order = np.argsort(-groups.posterior.mean, kind="stable")
    assert [row[0] for row in table.rows] == [f"`{i}`" for i in [*order[:3], *order[-3:]]]
    assert table.rows[0][1:3] == (f"{K[order[0]]}", f"{N[order[0]]}")


@pytest.mark.parametrize(("k", "verdict"), [(10, "do not disagree"), (3, "some tension"), (0, "the two disagree")])
def test_surprise_in_words(k, verdict):
    found = st.surprise(st.posterior(st.binomial(k, 20), prior=st.Beta(10, 10)))
    assert verdict in beliefs.surprise_sentence(found)


def test_a_ledger_of_arms():
    book = st.ledger(st.Beta(1, 1)).add(st.binomial([1, 2], [3, 4]))
    assert [row[:2] for row in beliefs.ledger(book).rows] == [("`batch 1`", "`0`"), ("`batch 1`", "`1`")]
