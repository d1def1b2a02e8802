"""A report on a model with curves names them, tests them and draws them."""

import pytest

import stattools as st
from stattools.reporting import curved_models
from tests.inference.smooths.curved import fitted


def test_what_is_asked():
    model = fitted("y ~ g + s(x, by=g, k=8) + (1 | h)").model
    said = "How does `y` depend on `x` and `g[T.b]`, along a smooth curve of `x`, and how much do levels of `h` differ?"
    assert curved_models.question(model) == said
    assert curved_models.facts(model)["coefficients of `s(x):g[a]`"] == "8"


def test_the_page_of_a_report(tmp_path):
    text = st.report(fitted(), to=tmp_path / "report").read_text(encoding="utf-8")
    for part in (
        "along a smooth curve of `x`?",
        "| `s(x)` |",
        "`s(x)` has an effect (p < 0.001) and is more than a straight line (p < 0.001)",
        "report/curve_1.svg",
        "Restricted log-likelihood",
    ):
        assert part in text


def test_a_line_is_said_to_be_no_more_than_one():
    x = [0.1 * k for k in range(40)]
    y = [v + (-1.0) ** k for k, v in enumerate(x)]
    fit = st.fit(st.glm("y ~ s(x, k=6)", {"x": x, "y": y}, family="normal"))
    assert "is no more than a straight line" in curved_models.conclusion(fit, "")
    assert curved_models.curves(fit).rows[0][2] == "∞"


@pytest.mark.slow
def test_groups_have_their_table_too():
    assert len(curved_models.estimates(fitted("y ~ g + s(x, by=g, k=8) + (1 | h)"))) == 4
