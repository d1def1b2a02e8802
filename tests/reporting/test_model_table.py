import re

import numpy as np
import pandas as pd
import pytest
from markdown_it import MarkdownIt

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.reporting.hostile import NAMES, shown
from tests.reporting.test_html import read

rng = np.random.default_rng(3)
data = pd.DataFrame({"x": rng.normal(size=80), "g": rng.choice(["a", "b"], 80)})
data["y"] = data["x"] + rng.normal(size=80)
data["k"] = rng.poisson(2.0, 80)
data["c"] = rng.choice(["fig", "kiwi", "plum"], 80)
small, large = st.fit(st.ols("y ~ x", data)), st.fit(st.ols("y ~ x + g", data), cov="HC1")


def rows(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def test_terms_are_rows_models_are_columns_and_absent_terms_are_empty():
    table = rows(st.report_table(small, large, names=["small", "large"]))
    assert table[0] == ["term", "small", "large"]
    found = {row[0]: row[1:] for row in table[2:]}
    assert list(found)[:3] == ["`Intercept`", "`x`", "`g[T.b]`"]
    assert found["`g[T.b]`"][0] == ""
    estimate, se = large.estimate[2], large.se[2]
    said = re.fullmatch(r"(\S+) \((\S+)\)", found["`g[T.b]`"][1])
    assert said is not None
    assert abs(float(said[1]) - estimate) < 0.005 * se
    assert abs(float(said[2]) - se) < 0.005 * se
    assert found["n"] == ["80", "80"]
    assert found["covariance"] == ["information", "HC1"]
    assert found["AIC"] == [f"{fit.aic:.2f}" for fit in (small, large)]
    assert found["R²"] == [f"{fit.r_squared:.4f}" for fit in (small, large)]


def test_intervals_say_their_level():
    text = st.report_table(small, spread="interval", level=0.9)
    lower, upper = (end[1] for end in small.interval(0.9))
    assert re.search(rf"\({lower:.2f}\d* to {upper:.2f}\d*\)", text)
    assert text.endswith("*Estimate (90 % Wald interval).*")


def test_categories_of_softmax_stand_beside_other_models():
    table = rows(st.report_table(st.fit(st.softmax("c ~ x", data)), st.fit(st.poisson("k ~ x", data))))
    assert table[0][:2] == ["category", "term"]
    assert ["`kiwi`", "`x`"] in [row[:2] for row in table]
    assert ["", "`x`"] in [row[:2] for row in table]
    assert [row[0] for row in table if row[0].startswith("McFadden")] == ["McFadden R²"]


def test_a_posterior_has_its_mean_and_spread():
    posterior = st.posterior(st.ols("y ~ x", data), method="importance", seed=1)
    text = st.report_table(small, posterior)
    assert "Estimate (standard error); of a posterior, mean (standard deviation)." in text
    cells = next(row for row in rows(text) if row[0] == "`x`")
    assert abs(float(cells[2].split()[0]) - posterior.mean[1]) < 0.01 * posterior.sd[1]


def test_a_ridge_fit_has_estimates_only():
    fit = st.fit(st.logistic("g ~ x", data), penalty=st.Ridge(1.0))
    cell = next(row[1] for row in rows(st.report_table(fit)) if row[0] == "`x`")
    assert re.fullmatch(r"-?\d+\.\d+", cell)


@pytest.mark.parametrize("name", [name for name in NAMES if name.strip()])
def test_hostile_names_come_back_from_every_format(name):
    fit = st.fit(st.ols(data["y"].to_numpy(), data[["x"]].to_numpy(), names=[name]))
    html = read(st.report_table(fit, names=[name], format="html"))
    assert shown(html.cells[1]) == shown(name)
    assert shown(name) in map(shown, html.cells[2:])
    tokens = MarkdownIt("commonmark").enable("table").parse(st.report_table(fit, names=[name]))
    kinds = [token.type for token in tokens]
    assert kinds.count("tr_open") == 9
    assert kinds.count("th_open") == 2
    assert kinds.count("td_open") == 16
    latex = st.report_table(fit, names=[name], format="latex")
    assert len(latex.splitlines()) == 18


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: st.report_table(), DomainError, "one fit or more"),
        (lambda: st.report_table(small, format="pdf"), DomainError, "markdown, html, latex; got 'pdf'"),  # type: ignore[arg-type]
        (lambda: st.report_table(small, large, names=["one"]), DomainError, "one for each of 2 results"),
        (lambda: st.report_table(small, names="s"), DomainError, "one for each of 1 results"),
        (lambda: st.report_table(small, spread="sd"), DomainError, 'spread="se" or "interval"'),  # type: ignore[arg-type]
        (lambda: st.report_table(small, level=95), DomainError, "level"),
        (lambda: st.report_table(small.model), IncompatibleError, "got Model"),
    ],
)
def test_what_it_cannot_take_is_said(call, error, message):
    with pytest.raises(error, match=message):
        call()
