import json

import numpy as np
import pytest

import stattools as st
from stattools.validation.claims.reading import read_claim
from stattools.validation.explaining.claim_audit import audit_claim

RNG = np.random.default_rng(21)
DATA = {"x": RNG.normal(size=60), "z": RNG.normal(size=60)}
MODEL = st.ols("y ~ x + z", DATA | {"y": DATA["x"] + RNG.normal(size=60)})
FIT = st.fit(MODEL)
TEXTS = {name: f"{value:.3f}" for name, value in zip(FIT.names, FIT.estimate, strict=True)}
ERRORS = {name: f"{value:.3f}" for name, value in zip(FIT.names, FIT.se, strict=True)}


@pytest.fixture(scope="module")
def wrong():
    claim = read_claim(TEXTS | {"x": "-" + TEXTS["x"]}, se=ERRORS, p=["<0.001"] * 3, n=70)
    return audit_claim(claim, MODEL, seconds=0.0)


def test_the_page_has_each_claimed_number_beside_the_right_one(wrong):
    page = str(wrong)
    lines = page.splitlines()
    assert max(map(len, lines)) <= 80
    at = next(k for k, line in enumerate(lines) if line.startswith("x "))
    assert lines[at].split()[1:3] == ["claimed", "-" + TEXTS["x"]]
    assert "!" in lines[at]
    assert TEXTS["x"] in lines[at + 1]
    assert "<0.001" in lines[at]
    assert "70 !" in page


def test_the_table_has_a_row_for_each_number(wrong):
    rows = wrong.table()
    assert list(rows) == ["term", "quantity", "claimed", "rounding", "right", "apart", "holds"]
    assert len(rows) == 9
    x = rows[(rows["term"] == "x") & (rows["quantity"] == "estimate")].iloc[0]
    assert (x["claimed"], x["rounding"], x["holds"]) == (-float(TEXTS["x"]), 0.0005, False)
    assert x["right"] == FIT.estimate[1]
    assert wrong.facts.to_dict("records")[0]["right"] == 60.0
    json.dumps(rows.to_dict("records"))


def test_its_line_and_markdown_say_the_verdict(wrong):
    assert repr(wrong).startswith("<ClaimAudit: the claim, not right: ")
    assert "| x " in wrong.markdown()
    right = st.audit(TEXTS, MODEL)
    assert (right.ok, right.distance, right.findings, right.convention) == (True, 0.0, (), "")
    assert "3 numbers hold" in right.sentence


def test_what_was_not_claimed_or_not_checked_is_said():
    found = st.audit({"x": TEXTS["x"]}, MODEL, loglik=f"{FIT.loglik:.1f}")
    assert found.ok
    assert "Not claimed, so not checked: Intercept, z." in found.notes
    assert "its 2 numbers hold" in found.sentence


def test_a_report_has_both_tables(wrong, tmp_path):
    text = st.report(wrong, to=tmp_path / "claim").read_text(encoding="utf-8")
    assert text.startswith("# Audit of the claim")
    assert TEXTS["x"] in text


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (({"x": 1.0},), st.IncompatibleError, "needs a model of ours as its second argument; got no second"),
        (({"x": 1.0}, DATA), st.IncompatibleError, "got a second argument of type dict"),
        ((FIT, MODEL), st.IncompatibleError, "got both. Leave the model out"),
        (({"nobody": "2"}, MODEL), st.DomainError, "say which it is, such as terms="),
        (({}, MODEL), st.DomainError, "at least one term"),
    ],
)
def test_what_is_no_claim_of_a_model_is_refused(given, error, words):
    with pytest.raises(error, match=words):
        st.audit(*given)


@pytest.mark.parametrize("name", ["X", "y", "weights", "offset"])
def test_options_of_a_fit_are_refused_of_a_claim(name):
    with pytest.raises(st.IncompatibleError, match=f"^{name}= of st.audit belongs to the fit"):
        st.audit(TEXTS, MODEL, **{name: [1.0]})


@pytest.mark.parametrize("name", ["se", "p", "ci", "loglik", "n", "terms", "column", "cov", "level"])
def test_options_of_a_claim_are_refused_of_a_fit(name):
    with pytest.raises(st.IncompatibleError, match=f"^{name}= of st.audit belongs to a claim"):
        st.audit(FIT, **{name: 0.5})
