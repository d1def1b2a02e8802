"""Tables of emmeans and pages of mgcv, beside fits of the same data."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.validation.explaining.claimed_means import claim_of_means

RNG = np.random.default_rng(4)
n = 120
T = pd.DataFrame({"x": RNG.normal(size=n), "g": RNG.choice(list("abc"), n), "h": RNG.choice(["u", "v"], n)})
T["y"] = np.sin(2 * T.x) + 0.6 * (T.g == "b") + 0.5 * RNG.normal(size=n)
T["yes"] = (RNG.random(n) < 1 / (1 + np.exp(-T.y))).astype(int)


def emmeans(fit: Any, by: list[str], heading: str = "emmean", link: Any = None, digits: int = 4) -> str:
    """What R prints of the means of a fit."""
    frame = fit.means(by[0], by=by[1:] or None, over="grid")
    numbers = {name: frame[name].to_numpy() for name in ("estimate", "se", "lower", "upper")}
    if link is not None:
        p = numbers["estimate"]
        numbers = {name: np.log(v / (1 - v)) for name, v in numbers.items() if name != "se"} | {
            "se": numbers["se"] / (p * (1 - p))
        }
    df = f"{fit.t_df:.0f}" if np.isfinite(fit.t_df) else "Inf"
    ends = "lower.CL upper.CL" if np.isfinite(fit.t_df) else "asymp.LCL asymp.UCL"
    lines = [f" {' '.join(by)} {heading}     SE  df {ends}"]
    for k, row in enumerate(frame.to_dict("records")):
        made = " ".join(f"{numbers[name][k]:.{digits}f}" for name in ("lower", "upper"))
        first = " ".join(str(row[name]) for name in by)
        lines.append(f" {first} {numbers['estimate'][k]:.{digits}f} {numbers['se'][k]:.{digits}f} {df} {made}")
    return "\n".join([*lines, "", "Confidence level used: 0.95 ", ""])


MODEL = st.ols("y ~ x + g + h", T)
LOGIT = st.logistic("yes ~ x + g", T)


@pytest.mark.parametrize("by", [["g"], ["g", "h"]])
def test_a_table_of_emmeans_is_read(by):
    text = emmeans(st.fit(MODEL), by)
    found = st.audit(text, MODEL)
    assert found.ok
    assert found.standing.count == 4 * (3 if len(by) == 1 else 6) + 1
    numbers = re.findall(r"-?\d+\.\d{4}| 115 ", text)
    for k, number in enumerate(numbers):
        digits = number.strip()
        other = digits[:-1] + ("7" if digits[-1] != "7" else "2")
        changed = iter(range(len(numbers)))
        wrong = re.sub(
            r"-?\d+\.\d{4}| 115 ",
            lambda one, k=k, changed=changed, other=other: f" {other} " if next(changed) == k else one[0],
            text,
        )
        assert not st.audit(wrong, MODEL).ok, number


def test_a_table_of_emmeans_in_blocks_is_read():
    """As `emmeans(fit, ~ g | h)` prints it: a table for each level of h."""
    whole = emmeans(st.fit(MODEL), ["g", "h"]).splitlines()
    head, rows = whole[0].replace(" g h ", " g "), [line.split() for line in whole[1:7]]
    lines = []
    for level in "uv":
        lines += [f"h = {level}:", head, *(" ".join([row[0], *row[2:]]) for row in rows if row[1] == level), ""]
    text = "\n".join([*lines, "Confidence level used: 0.95 "])
    assert st.audit(text, MODEL).ok
    assert st.audit(text, MODEL).standing.count == 4 * 6 + 1
    assert not st.audit(
        text.replace("h = u:", "h = w:").replace("h = v:", "h = u:").replace("h = w:", "h = v:"), MODEL
    ).ok


def test_a_line_of_spaces_is_read_at_once():
    """A pattern that began with spaces needed hours for it."""
    assert claim_of_means("x " + " " * 1_000_000 + "1.0") is None


def test_means_of_the_linear_predictor_and_of_the_response():
    fit = st.fit(LOGIT)
    assert st.audit(emmeans(fit, ["g"], "prob"), LOGIT).ok
    assert st.audit(emmeans(fit, ["g"], link="logit"), LOGIT).ok
    assert not st.audit(emmeans(fit, ["g"]), LOGIT).ok


def test_means_that_are_of_another_model_are_refused():
    text = emmeans(st.fit(MODEL), ["g"])
    with pytest.raises(DomainError, match="has means of"):
        st.audit(text.replace(" a ", " q "), MODEL)
    with pytest.raises(IncompatibleError, match="a table of means"):
        st.audit(text, MODEL, terms={"a": "b"})


def mgcv(estimates: dict[str, tuple[float, float]]) -> str:
    """What R's mgcv prints, with these numbers in its parametric part."""
    rows = [f"{name} {b:.5f} {se:.5f} {b / se:.3f} 0.0001 ***" for name, (b, se) in estimates.items()]
    return "\n".join(
        ["Family: gaussian", "Link function: identity", "", "Formula:", "y ~ s(x) + g", "", "Parametric coefficients:"]
        + ["            Estimate Std. Error t value Pr(>|t|)", *rows, "---", ""]
        + ["Approximate significance of smooth terms:"]
        + ["       edf Ref.df     F p-value", "s(x) 6.512  7.645 49.11  <2e-16 ***", "", "n = 120", ""]
    )  # fmt: skip


@pytest.mark.parametrize("off", [0.004, 0.2])
def test_a_page_of_mgcv_has_another_basis(off):
    model = st.glm("y ~ s(x) + g", T, family="normal")
    fit = st.fit(model)
    numbers = {"(Intercept)": "Intercept", "gb": "g[T.b]", "gc": "g[T.c]"}
    places = {name: fit.names.index(ours) for name, ours in numbers.items()}
    claimed = {name: (fit.estimate[k] + off * fit.se[k], 1.01 * fit.se[k]) for name, k in places.items()}
    for against, words in ((model, "P-splines"), (st.ols("y ~ g", T), "has not")):
        found = st.audit(mgcv(claimed), against)
        assert not found.ok
        assert [one.cause for one in found.findings] == ["another basis"]
        assert words in found.findings[0].evidence


def contrasts_page(fit: Any, adjust: str | None = "tukey", heading: str = "estimate", mark: str = "-") -> str:
    """What R prints of `emmeans(fit, pairwise ~ g)` below the means."""
    frame = fit.contrasts("g", over="grid", adjust=adjust)
    df, ratio = (f"{fit.t_df:.0f}", "t.ratio") if np.isfinite(fit.t_df) else ("Inf", "z.ratio")
    null = " null" if heading != "estimate" else ""
    lines = ["$contrasts", f" contrast {heading}     SE  df{null} {ratio} p.value"]
    for row in frame.itertuples():
        value, se = (-row.estimate, row.se) if not null else (np.exp(-row.estimate), np.exp(-row.estimate) * row.se)
        pair, one = f" {mark} ".join(row.contrast.split(" - ")[::-1]), " 1" if null else ""
        p = f"{row.p_value:.4f}" if row.p_value >= 1e-4 else "<.0001"
        lines.append(f" {pair}   {value:.4f} {se:.4f} {df}{one} {-row.statistic:.3f} {p}")
    said = f"P value adjustment: {adjust} method for comparing a family of 3 estimates " if adjust else ""
    return "\n".join([*lines, "", said, ""])


@pytest.mark.parametrize("beside_means", [True, False])
@pytest.mark.parametrize("adjust", ["tukey", "bonferroni", None])
def test_a_table_of_contrasts_is_read(adjust, beside_means):
    """Below a table of means its numbers were neither checked nor named; alone it was no claim."""
    fit = st.fit(MODEL)
    text = ("$emmeans\n" + emmeans(fit, ["g"]) + "\n" if beside_means else "") + contrasts_page(fit, adjust)
    found = st.audit(text, MODEL)
    assert found.ok
    assert not any("not checked" in note for note in found.notes)
    assert found.standing.count == 12 * beside_means + 3 * 4 + 1
    for number in re.findall(r"-?\d+\.\d{3,4}", text[text.index("contrast") :]):
        wrong = number[:-1] + ("7" if number[-1] != "7" else "2")
        assert not st.audit(text.replace(number, wrong), MODEL).ok, number


def test_contrasts_as_ratios_and_by_an_unknown_adjustment():
    fit = st.fit(LOGIT)
    text = contrasts_page(fit, heading="odds.ratio", mark="/")
    assert st.audit(text, LOGIT).ok
    number = f"{np.exp(-fit.contrasts('g', over='grid').estimate[0]):.4f}"
    assert not st.audit(text.replace(number, "9.8765"), LOGIT).ok
    found = st.audit(contrasts_page(st.fit(MODEL)).replace("tukey", "mvt"), MODEL)
    assert found.ok
    assert any("Not checked, as there is no right number" in note for note in found.notes), found.notes
