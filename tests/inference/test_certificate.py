"""What is proven of an estimate is one record, and its sentence is the same wherever it is read."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.errors import IncompatibleError
from stattools.inference.estimates import AnyFit
from stattools.inference.storage.walker import CLASSES
from stattools.validation.verifier import verify
from tests.gumbel import gumbel

DRAWS = np.random.default_rng(4)
N = 60
TABLE = {
    "x": (x := DRAWS.normal(size=N)),
    "y": x + DRAWS.normal(size=N) + np.repeat([0.0, 2.0, -1.0, 1.0, 3.0, -2.0], 10),
    "hit": (x + DRAWS.logistic(size=N) > 0).astype(int),
    "count": DRAWS.negative_binomial(2, 0.4, N),
    "kind": DRAWS.choice(["a", "b", "c"], N),
    "month": DRAWS.exponential(size=N),
    "died": DRAWS.integers(0, 2, N),
    "g": np.repeat(list("abcdef"), 10),
}
SERIES = [1.0, 3.0, 2.0, 4.0, 3.0, 6.0, 4.0, 5.0, 7.0, 4.0]

PROVEN = {
    "formula": lambda: st.fit(st.binomial(3, 10)),
    "least squares": lambda: st.fit(st.ols("y ~ x", TABLE)),
    "descent": lambda: st.fit(st.ols("y ~ x", TABLE), solver=st.GradientDescent()),
    "logistic": lambda: st.fit(st.logistic("hit ~ x", TABLE)),
    "ridge": lambda: st.fit(st.logistic("hit ~ x", TABLE), penalty=st.Ridge(2.0)),
    "softmax": lambda: st.fit(st.softmax("kind ~ x", TABLE)),
    "one-vs-rest": lambda: st.fit(st.one_vs_rest("kind ~ x", TABLE)),
    "cox": lambda: st.fit(st.cox("survival(month, died) ~ x", TABLE)),
    "linear mixed": lambda: st.fit(st.linear_mixed("y ~ x + (1 | g)", TABLE)),
    "curve": lambda: st.fit(st.linear_mixed("y ~ s(x)", TABLE)),
}
LOCAL = {
    "negative binomial": lambda: st.fit(st.negative_binomial("count ~ x", TABLE)),
    "gumbel": lambda: st.fit(gumbel("y ~ x", TABLE)),
    "function": lambda: st.fit(st.custom(lambda a: -((a - [1.0, 2.0, 4.0]) ** 2), start={"a": 1.0})),
    "firth": lambda: st.fit(st.logistic("hit ~ x", TABLE), penalty=st.Jeffreys()),
    "level": lambda: st.fit(st.local_level(SERIES)),
    "trend": lambda: st.fit(st.local_linear_trend(SERIES)),
    "smoothing": lambda: st.fit(st.exponential_smoothing(SERIES)),
    "slopes": lambda: st.fit(st.linear_mixed("y ~ x + (x | g)", TABLE), certify="local"),
    "mixed logistic": lambda: st.fit(st.logistic("hit ~ x + (1 | g)", TABLE)),
    "curved poisson": lambda: st.fit(st.poisson("count ~ s(x)", TABLE)),
    "curved hazards": lambda: st.fit(st.cox("survival(month, died) ~ s(x)", TABLE)),
}
ALL = PROVEN | LOCAL


@pytest.fixture(scope="module")
def fits():
    return {name: make() for name, make in ALL.items()}


@pytest.mark.parametrize("name", ALL)
def test_every_fit_says_what_is_proven(fits, name):
    found = fits[name].certificate
    assert (found.uniqueness == "local") == (name in LOCAL)
    assert ("a local maximum" in str(found)) == (name in LOCAL)
    assert found.existence
    assert 0.0 <= found.standard_errors <= 1e-6
    assert (found.gap is not None) == (name in ("linear mixed", "curve"))
    assert (found.integral_error is not None) == (name in ("mixed logistic", "curved poisson", "curved hazards"))


@pytest.mark.parametrize("name", ALL)
def test_the_page_and_a_saved_file_have_its_sentence(fits, name, tmp_path):
    fit, flat = fits[name], " ".join(str(fits[name]).split())
    for one in fit.fits if name == "one-vs-rest" else (fit,):
        assert str(one.certificate) in flat
    try:
        path = fit.save(tmp_path / "a.fit")
    except IncompatibleError:  # of a kind that files do not know
        return
    with zipfile.ZipFile(path) as folder:
        assert json.loads(folder.read("about.json"))["certificate"] == str(fit.certificate)
    assert vars(st.load(path).certificate) == vars(fit.certificate)


def test_a_report_has_its_sentence_and_the_verifier_computes_its_distance(fits, tmp_path):
    fit = fits["logistic"]
    first, rest = str(fit.certificate).split(". ", 1)
    text = st.report(fit, to=tmp_path / "r").read_text(encoding="utf-8")
    assert f"**{first}.** {rest}" in text
    rows = {row.name: row for row in verify(str(fit.save(tmp_path / "a.fit", design=True)))}
    assert rows["maximum"].ok
    assert rows["maximum"].words.endswith("as the certificate says")


def test_steps_are_exact_only_where_every_processor_takes_the_same(fits):
    fit = fits["logistic"]
    assert "(Newton, 6 steps)" in str(replace(fit, solution=replace(fit.solution, steps=6)).certificate)
    for steps, said in [(8, "100"), (26, "100"), (60, "1,000"), (1, "10"), (0, "10")]:
        climb = replace(fit.solution, solver="GradientDescent(step='barzilai-borwein')", steps=steps)
        assert f", fewer than {said} steps)" in str(replace(fit, solution=climb).certificate)


def test_what_is_far_or_at_an_edge_is_said(fits):
    fit = fits["logistic"]
    far = replace(fit, solution=replace(fit.solution, decrement=3e-5, status="round-off")).certificate
    assert str(far).startswith("Within 3e-5 standard errors of the maximum, the limit of float64 on these data (")
    assert far.standard_errors == 3e-5
    edge = fits["trend"]
    assert edge.boundary
    assert len(edge.certificate.boundary) == len(edge.boundary)
    for sentence, name in zip(edge.certificate.boundary, edge.boundary, strict=True):
        assert sentence.startswith(f"{name} is 0, the boundary of its domain")
        assert sentence in str(edge.certificate)
    assert "There the log-likelihood falls in every direction: the columns" in str(
        fits["negative binomial"].certificate
    )
    assert "A climb from a second start came to it too." in str(fits["gumbel"].certificate)


def test_a_network_is_at_no_maximum():
    fit = st.fit(st.network(TABLE["hit"], TABLE["x"], hidden=[2]), seed=1)
    assert str(fit.certificate) == "A trained network, which is at no maximum of its likelihood."
    assert fit.certificate.standard_errors is None


def _below(cls):
    for one in cls.__subclasses__():
        yield from (one, *_below(one))


def test_every_kind_of_fit_has_one():
    assert CLASSES  # all kinds of fits are imported
    public = [one for one in _below(AnyFit) if one.__name__.endswith(("Fit", "Ensemble"))]
    assert len(public) >= 7
    assert all(hasattr(one, "certificate") for one in public)
