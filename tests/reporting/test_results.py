"""Reports of results that are no fit: each says what was asked and what was found; the table of them is complete."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import stattools as st
from stattools.errors import StattoolsError
from stattools.models.questions import AnyModel
from stattools.reporting import report
from stattools.reporting.markdown import markdown
from stattools.reporting.plain_words import has_hints
from stattools.reporting.report import compose
from stattools.reporting.results import RESULTS
from stattools.text.page import Faces
from tests.text.objects import objects

RNG = np.random.default_rng(2)
DATA = pd.DataFrame({"x": RNG.normal(size=120), "z": RNG.normal(size=120)})
DATA["y"] = RNG.poisson(np.exp(0.5 + 0.4 * DATA.x))
BOTH, SMALL = st.fit(st.poisson("y ~ x + z", DATA)), st.fit(st.poisson("y ~ z", DATA))

PAGED = {
    *("Cauchy", "Contrast", "Diagnostics", "Exponential", "Finding", "HalfCauchy", "HalfNormal", "Interval"),
    *("InverseGamma", "KaplanMeier", "Laplace", "LocalLevelFits", "ManyFits", "PosteriorComparison", "Power"),
    *("PredictiveCheck", "Priors", "Reproduction", "Scan", "Smooth", "StudentT", "TestResult", "Uniform"),
    "WildBootstrap",
}
"""Results whose page says it all: it is their section."""

NONE = {"Flat", "Improper", "Dirichlet"}
"""Beliefs without a distribution, which have no page of numbers."""


def text_of(*parts, **options):
    return markdown(compose(*parts, **options), figures="f")


def test_a_comparison_says_which_is_best_and_what_the_smaller_loses():
    found = st.compare(BOTH, SMALL, names=["both", "small"])
    text, test = text_of(found, by=None), found.tests[1]
    assert text.startswith("# Comparison of 2 models of `y`\n")
    gap = SMALL.aic - BOTH.aic
    assert f"the best is both (`y ~ x + z`), by {gap:.1f} before the next" in text
    assert f"Within both, small loses much: likelihood ratio {test.statistic:.2f} on 1 degrees of freedom" in text
    for heading in ("Data", "Comparison"):
        assert f"\n## {heading}\n" in text
    assert re.search(r"\| `z` +\| +-?\d", text)


def test_a_bootstrap_says_what_moves_and_by_how_much():
    found = st.bootstrap(BOTH, draws=60, seed=3)
    text = text_of(found)
    assert text.startswith("# Bootstrap of poisson regression of `y`")
    assert f"its standard error is {found.se[1]:.4f}"[:-1] in text
    assert "(f/replicates.svg)" in text
    assert "| seed           | 3 " in text
    figure = next(one for one in compose(found).figures() if one.name == "replicates")
    assert len(figure.draw().axes) == 2


def test_an_audit_says_its_verdict_in_plain_words():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = sm.GLM(DATA.y, sm.add_constant(DATA[["x", "z"]]), family=sm.families.Poisson()).fit(maxiter=1)
    found = st.audit(theirs)
    text = text_of(found)
    assert text.startswith("# Audit of statsmodels")
    assert "**stopped early**" in text
    assert "is not right" in text
    assert not has_hints(text.split("## Provenance")[0])


@pytest.mark.slow
def test_a_posterior_stands_beside_its_priors():
    posterior = st.posterior(BOTH.model, prior=st.Normal(0, 1), method="importance", seed=1)
    figures = {one.name: one for one in compose(posterior).figures()}
    assert "Dashes: the prior" in figures["prior-and-posterior"].caption
    assert len(figures["prior-and-posterior"].draw().axes) == 3
    flat = st.posterior(BOTH.model, prior=st.Flat(), method="importance", seed=1)
    assert "prior-and-posterior" not in {one.name for one in compose(flat).figures()}


def test_beside_a_fit_a_result_is_a_section_of_its_chapter():
    text = text_of(BOTH, st.compare(BOTH, SMALL))
    assert text.startswith("# Poisson regression of `y`")
    assert "\n## Comparison\n" in text


@pytest.mark.slow
def test_every_result_with_a_page_has_words_or_is_known_to_be_its_page(monkeypatch):
    paged = set()
    monkeypatch.setattr(report._Draft, "add_result", lambda self, found, seed: paged.add(kind))
    for part in objects().values():
        kind = type(part).__name__
        if isinstance(part, Faces) and not isinstance(part, AnyModel):
            try:
                compose(part)
            except StattoolsError:
                assert kind in NONE, f"{kind} has no report: give it a row of RESULTS, or name it among PAGED"
    assert paged - set(RESULTS) <= PAGED, f"{paged - set(RESULTS) - PAGED}: RESULTS or PAGED"
    assert set(RESULTS) <= paged


def test_a_separation_has_the_box_of_the_command():
    data = {"y": [0, 0, 0, 1, 1, 1], "x": [1, 2, 3, 4, 5, 6], "z": [1, 3, 2, 2, 1, 3]}
    text = text_of(st.separation(st.logistic("y ~ x + z", data)))
    assert text.startswith("# Logistic regression of `y`: no maximum\n\n## Answer\n\n> How do the odds that `y` is `1`")
    assert "higher without bound per unit of `x`" in text
    assert "In the limit of ever higher likelihood" in text
    events = {"t": [1, 2, 3, 4], "d": [1, 1, 0, 0], "x": [4, 3, 2, 1]}
    text = text_of(st.separation(st.cox("survival(t, d) ~ x", events)))
    assert "the hazard of `survival(t, d)` is higher without bound per unit of `x`, at least " in text
    assert "What limits it is that `x` orders the events, so that " in text
