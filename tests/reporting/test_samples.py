import re

import numpy as np
import pytest

import stattools as st
from stattools.reporting.markdown import markdown
from stattools.reporting.provenance import data_hash
from stattools.reporting.report import compose

Y = np.array([1.0, 2.5, 3.0, 5.5, 2.0, 4.0])
MODELS = [
    st.binomial([4, 5], [6, 9]),
    st.coin([1, 0, 1, 0, 1], by=["a", "a", "b", "b", "b"]),
    st.binomial([0, 9], [6, 9]),
    st.geometric([0, 3, 1]),
    st.pascal([0, 3, 1], successes=2),
    st.poisson_rate([3, 4, 5], exposure=2.0),
    st.poisson_rate([0, 0], exposure=2.0),
    st.poisson_rate([3, 4, 5], by=["a", "b", "a"]),
    st.exponential_rate([3.0, 4.0, 5.0]),
    st.exponential_rate([3.0, 4.0, 5.0], by=["a", "b", "a"]),
    st.normal(Y),
    st.normal(Y, sd=1.0),
    st.normal(Y, by=list("ababab")),
    st.normal(Y, sd=1.0, by=list("ababab")),
    st.multinomial({"red": 3, "blue": 4, "green": 0}),
    st.categories(list("abbca")),
    st.odds_ratio([[8, 2], [1, 5]]),
    st.odds_ratio([[[8, 2], [1, 5]], [[3, 4], [2, 5]]]),
    st.correlation(Y, Y**2),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.title}-{model.counted}")
def test_every_model_without_columns_has_a_report(model):
    fit = st.fit(model)
    text = markdown(compose(fit), figures="x")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE)[:4] == ["Answer", "Data", "Likelihood", "Fit"]
    assert model.counted in text
    for name in fit.names:
        assert f"`{name}`" in text
    assert f"Log-likelihood {fit.loglik:.4f}" in text
    assert data_hash(model) in text
    assert not re.search(r"\bnan\b|\binf\b|None", text)


def test_the_conclusion_names_the_highest_arm_with_its_interval():
    text = markdown(compose(st.fit(st.binomial([12, 40], [100, 100], by=["old", "new"]))), figures="x")
    assert "The highest probability of a success of 2 is that of `new`, 0.4000 (95 % Wilson (score) interval" in text


def test_a_validated_report_of_rates():
    fit = st.fit(st.poisson_rate([3, 4, 5], by=["a", "b", "a"]))
    text = markdown(compose(fit, st.validate(fit)), figures="x")
    assert re.search(r"confint.{1,2}poisson agrees[*]{2}", text)
    assert st.validate(st.fit(st.poisson_rate([0, 0], exposure=2.0))).ok


def test_hashes_tell_data_apart():
    hashes = [data_hash(model) for model in MODELS]
    assert len(set(hashes)) == len(hashes)


def test_a_model_with_a_closed_form_posterior_in_one_report():
    model = st.poisson_rate([3, 4, 5], by=["a", "b", "a"])
    text = markdown(compose(st.fit(model), st.posterior(model, prior=st.Gamma(1, 1))), figures="x")
    assert "## Posterior" in text
    assert "The prior is `Gamma(1, 1)`." in text
