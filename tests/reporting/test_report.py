import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.reporting.document import Paragraph, Section, Table
from stattools.reporting.report import compose
from tests.reporting.hostile import NAMES
from tests.sizes import first

rng = np.random.default_rng(3)
N = 80
data = pd.DataFrame({"x": rng.normal(size=N), "a|b `c`": rng.normal(size=N)})
data["y"] = 1.0 + data["x"] + rng.normal(size=N)
data["sick"] = np.where(rng.random(N) < 0.4, "yes", "no")
data.loc[[3, 5], "x"] = np.nan
fit = st.fit(st.ols("y ~ x", data))
NASTY = "x|y <script>alert(1)</script> `z` $w$ *v* _u_\n# t"


def headings(text):
    return re.findall(r"^## (.*)$", text, re.MULTILINE)


def written(*parts, to, **options):
    return Path(st.report(*parts, to=to, **options)).read_text(encoding="utf-8")


def test_a_fit_alone_has_every_section_it_can_have(tmp_path):
    text = written(fit, to=tmp_path / "r")
    assert headings(text) == ["Answer", "Results", "Data", "Likelihood", "Fit", "Diagnostics", "Appendix"]
    assert "| rows dropped for missing values | 2 " in text
    assert "| missing in `x` " in text
    assert "Within 1e-8 standard errors of the maximum" in text
    row = fit.table().set_index("term").loc["x"]
    cells = [f"{row['estimate']:.4f}", f"{row['se']:.4f}", f"{row['lower']:.4f} to {row['upper']:.4f}"]
    assert f"| `x` | {' | '.join(cells)} |" in re.sub(r" +", " ", text)
    assert f"Log-likelihood {fit.loglik:.4f}, AIC {fit.aic:.2f}, BIC {fit.bic:.2f}, R² {fit.r_squared:.4f}" in text


def test_posterior_and_agreement_bring_their_sections(tmp_path):
    coin = st.coin([1, 0, 1, 1])
    coin_fit = st.fit(coin)
    posterior = st.posterior(coin, prior=st.Beta(2, 2))
    text = written("Is it **fair**?", coin_fit, posterior, st.validate(coin_fit), to=tmp_path / "coin.md")
    assert headings(text) == [
        "Answer",
        "Data",
        "Likelihood",
        "Fit",
        "Diagnostics",
        "Posterior",
        "Appendix",
    ]
    assert "Is it **fair**?" in text
    low, high = posterior.interval(0.94, kind="hdi")
    assert f"{low:.3f} to {high:.3f}" in text
    assert f"{posterior.mean:.3f}" in text
    assert "agrees**" in text
    assert "statsmodels 0" not in text  # versions stand in the table of the environment alone
    assert sorted(file.name for file in (tmp_path / "coin").iterdir()) == ["likelihood.svg", "posterior.svg"]


@pytest.mark.parametrize("prior", [st.Beta(0.5, 0.5), st.Beta(0.3, 9.0).update([0, 0])], ids=str)
def test_a_posterior_alone_even_one_with_two_peaks(prior, tmp_path):
    assert headings(written(prior, to=tmp_path / "r")) == ["Answer", "Posterior", "Appendix"]


def test_same_inputs_same_bytes(tmp_path):
    logistic = st.fit(st.logistic("sick ~ x", data))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        st.report(logistic, st.validate(logistic), to=tmp_path / name / "r")
    first, second = (
        {file.relative_to(tmp_path / name): file.read_bytes() for file in (tmp_path / name).rglob("*.*")}
        for name in ("a", "b")
    )
    assert first == second
    assert len(first) == 3
    text = first[Path("r.md")].decode()
    assert str(tmp_path) not in text


def test_several_fits_become_chapters_with_figures_of_their_own(tmp_path):
    other = st.fit(st.ols("y ~ 1", data))
    text = written(fit, "And without the column?", other, to=tmp_path / "r")
    assert headings(text)[1:3] == ["1. Linear regression of `y`", "2. Linear regression of `y`"]
    assert text.count("### Likelihood") == 2
    assert "And without the column?" in text
    assert "data 2 (SHA-256)" in text
    assert {file.name for file in (tmp_path / "r").iterdir()} == {"effects.svg", "residuals.svg", "residuals-2.svg"}


def test_words_and_blocks_stand_where_they_were_put(tmp_path):
    text = written(
        "Why?", fit, Section("Aside", (Paragraph(NASTY), Table(("n",), (("1",),), "r"))), to=tmp_path / "r", title=NASTY
    )
    assert text.index("> Why?") < text.index("## Data") < text.index("## Aside") < text.index("## Appendix")
    assert "<script>" not in text.replace(r"\<script>", "")
    assert text.startswith(r"# x\|y \<script>alert(1)\</script> `z` $w$ \*v\* \_u\_ \# t" + "\n")


@pytest.mark.slow
def test_hostile_names_and_levels_reach_the_page_as_they_are(tmp_path):
    X = data[["a|b `c`"]].to_numpy()
    hostile = st.fit(st.ols(data["y"].to_numpy(), X, names=["a|b `c`$d$"]))
    text = written(hostile, st.validate(hostile), to=tmp_path / "r")
    assert r"| `` a\|b `c`$d$ ``" in text
    strange = st.fit(st.logistic("sick ~ x", data.assign(sick=np.where(data["sick"] == "yes", NASTY, "no"))))
    outside_code = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", written(strange, to=tmp_path / "s"))
    assert "script" in outside_code
    assert not re.search(r"(?<!\\)<script>", outside_code)


def test_every_figure_linked_is_there_and_has_words(tmp_path):
    text = written(st.fit(st.logistic("sick ~ x + y", data)), to=tmp_path / "my report")
    links = re.findall(r"!\[(.+)\]\((.+)\)", text)
    assert len(links) == 4
    for alt, target in links:
        assert len(alt) > 20
        assert (tmp_path / target.replace("%20", " ")).is_file()


@pytest.mark.parametrize("kind", ["softmax", "poisson"])
def test_the_other_regressions(kind, tmp_path):
    frame = data.assign(sick=np.array(["u", "v", "w", "v"] * 20), y=np.arange(N) % 4)
    model = st.softmax("sick ~ x", frame) if kind == "softmax" else st.poisson("y ~ x", frame)
    fitted = st.fit(model)
    text = written(fitted, st.validate(fitted), to=tmp_path / "r")
    assert "## Diagnostics" in text
    assert "agrees** on the arithmetic" in text
    assert "per unit of `x`" in text


KINDS = {
    "precision": lambda frame: st.ols("y ~ x", frame, precision="k"),
    "probit": lambda frame: st.probit("sick ~ x", frame),
    "grouped": lambda frame: st.logistic("f + k ~ x", frame),
    "exposure": lambda frame: st.poisson("f ~ x", frame, exposure="k"),
    "negative binomial": lambda frame: st.negative_binomial("o ~ x + y", frame, weights="k"),
    "beta-binomial": lambda frame: st.beta_binomial("g + h ~ x + y", frame),
}


@pytest.mark.parametrize("name", first(2, KINDS))
def test_the_newer_regressions(name, tmp_path):
    random = np.random.default_rng(0)
    frame = data.assign(k=1 + np.arange(N) % 3, f=np.arange(N) % 4, o=random.negative_binomial(1, 0.3, N))
    frame["g"], frame["h"] = 3 * frame.o, 9 + np.arange(N) % 7
    fitted = st.fit(KINDS[name](frame))
    text = written(fitted, st.validate(fitted), to=tmp_path / "r")
    assert "agrees** on the arithmetic" in text
    assert not re.search(r"\bnan\b|\binf\b", text)
    told = {
        "precision": r"\| precision, range +\| 1 to 3 ",
        "probit": r"\| `sick` +\| no ",
        "grouped": r"\| successes `f` +\| \d+ \(\d\d\.\d %\)",
        "exposure": r"\| exposure `k`, range +\| 1 to 3 ",
        "negative binomial": r"\| `log alpha` \| +-?[\d.]+ \| +[\d.]+ \| +-?[\d.]+ to -?[\d.]+ +\| +\| +\| +\| +\|",
        "beta-binomial": r"\| `log precision` \| +-?[\d.]+ \| +[\d.]+ \| +-?[\d.]+ to -?[\d.]+ +\| +\| +\| +\| +\|",
    }[name]
    assert re.search(told, text)


def test_a_likelihood_of_the_user(tmp_path):
    y = np.array([2.0, 3.0, 7.0])
    model = st.custom(lambda t: -3 * t[0] - y.sum() * np.exp(-t[0]), start={"log_mean": 0.0}, title="Waiting times")
    text = written(st.fit(model), to=tmp_path / "r")
    assert headings(text) == ["Answer", "Data", "Likelihood", "Fit", "Appendix"]
    assert "none: the data are inside the given function" in text
    assert "BIC" not in text
    assert "> Waiting times is highest at `log\\_mean`" in text or "> Waiting times is highest at `log_mean`" in text


def test_separate_fits_are_one_report(tmp_path):
    fit = st.fit(st.one_vs_rest([*"abc"] * 20, np.sin(np.arange(60.0))))
    text = written(fit, st.validate(fit), to=tmp_path / "r")
    assert text.startswith("# One-vs-rest logistic regressions of `y`\n")
    assert "## 3. Logistic regression (c against the rest) of `y`" in text
    total = fit.separate_probabilities().sum(axis=1)
    assert f"they sum to between {total.min():.3f} and {total.max():.3f}" in text
    assert text.count("> **") == 3


def test_chaotic_solvers_leave_no_round_off_on_the_page():
    climbed = st.fit(st.ols("y ~ x", data), solver=st.GradientDescent())
    words = str(compose(climbed))
    assert re.search(r", fewer than 10+ steps", words)
    assert str(climbed.solution.decrement) not in words


@pytest.mark.parametrize("part", [3, None, st.ols("y ~ x", data), {"y": [1.0]}])
def test_what_is_no_part_is_refused(part, tmp_path):
    with pytest.raises(IncompatibleError, match="report takes fits, posteriors"):
        st.report(part, to=tmp_path / "r")


@pytest.mark.parametrize("to", ["", ".", "x/..", ".md"])
def test_a_path_without_a_name_is_refused(to):
    with pytest.raises(DomainError, match=r"report needs (to=|a path)"):
        st.report("words", to=to)


@pytest.mark.parametrize("penalty", [st.Jeffreys(), st.Ridge(2.0)], ids=repr)
def test_a_penalty_is_named_and_its_fit_is_no_maximum_of_the_loglikelihood(penalty, tmp_path):
    text = written(st.fit(st.logistic("sick ~ x", data), penalty=penalty), to=tmp_path / "r")
    assert f"of the log-likelihood with the penalty {penalty!r}" in text
    assert ("is the only one" in text) == isinstance(penalty, st.Ridge)
    assert ("There are no standard errors" in text) == isinstance(penalty, st.Ridge)


REGRESSIONS = {
    "ols": (st.ols, "y ~ "),
    "logistic": (st.logistic, "sick ~ "),
    "probit": (st.probit, "sick ~ "),
    "groups": (st.logistic, "hits + misses ~ "),
    "softmax": (st.softmax, "kind ~ "),
    "poisson": (st.poisson, "count ~ "),
    "negative binomial": (st.negative_binomial, "count ~ "),
    "beta-binomial": (st.beta_binomial, "hits + misses ~ "),
}


@pytest.mark.parametrize("terms", first(1, ["x*group", "x"]))
@pytest.mark.parametrize("name", REGRESSIONS)
def test_every_regression_with_a_ridge_has_a_report_without_intervals(name, terms, tmp_path):
    g = np.random.default_rng(8)
    hits = g.binomial(9, g.beta(2, 2, N))
    more = {"group": g.choice(["u", "v", "w"], N), "kind": g.choice(["p", "q", "r"], N), "hits": hits}
    more |= {"misses": 9 - hits, "count": g.poisson(g.gamma(1, 2, N))}
    make, outcome = REGRESSIONS[name]
    text = written(st.fit(make(outcome + terms, data.assign(**more)), penalty=st.Ridge(2.0)), to=tmp_path / "r")
    conclusion = text[text.index("## Answer") : text.index("## Results")]
    assert "There are no standard errors" in text
    assert not re.search(r"\bnan\b", text)
    assert "interval" not in conclusion
    assert "n/a" not in text
    assert "nothing is said of how sure they are" in conclusion


def test_another_covariance_is_named(tmp_path):
    text = written(st.fit(st.logistic("sick ~ x", data), cov="HC0"), to=tmp_path / "r")
    assert "Standard errors come from the covariance `HC0`" in text


@pytest.mark.parametrize("some", first(1, range(0, 24, 6)))
def test_hostile_names_of_terms_and_levels_reach_every_face_and_figure(some, tmp_path):
    names = [name for name in NAMES if name.strip()][some : some + 6]
    random = np.random.default_rng(some)
    X = random.normal(size=(90, len(names)))
    fit = st.fit(st.ols(X.sum(axis=1) + random.normal(size=90), X, names=names))
    levels = st.fit(st.softmax("level ~ x", {"level": [names[i % len(names)] for i in range(90)], "x": X[:, 0]}))
    path = st.report(fit, levels, to=tmp_path / "r", html=True)
    assert path.read_bytes()
    assert b"<script" not in path.with_suffix(".html").read_bytes()
    assert b"onerror=alert(1)>" not in path.with_suffix(".html").read_bytes()
