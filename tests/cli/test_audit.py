"""A claimed table is judged: sound, wrong, or not to be judged."""

import json

import numpy as np
import pandas as pd
import pytest

import stattools as st

RNG = np.random.default_rng(8)
DATA = pd.DataFrame({"x": RNG.normal(size=150), "g": RNG.choice(["a", "b", "c"], 150)})
DATA["y"] = (RNG.random(150) < 1 / (1 + np.exp(-0.8 * DATA.x))).astype(int)
TABLE = st.fit(st.logistic("y ~ x + g", DATA)).table()


@pytest.fixture
def judged(tmp_path, run):
    DATA.to_csv(tmp_path / "rows.csv", index=False)

    def judged(table, *words):
        table.to_csv(tmp_path / "table.csv", index=False)
        return run("audit", tmp_path / "table.csv", tmp_path / "rows.csv", "y ~ x + g", *words)

    return judged


def claimed(digits=3):
    names = {"Intercept": "(Intercept)", "g[T.b]": "gb", "g[T.c]": "gc"}
    frame = TABLE.assign(term=TABLE.term.replace(names))
    columns = ["term", "estimate", "se", "p_value", "lower", "upper"]
    frame = frame[columns].set_axis(["term", "estimate", "std.error", "p.value", "conf.low", "conf.high"], axis=1)
    return frame.assign(**{name: [f"{value:.{digits}f}" for value in frame[name]] for name in frame.columns[1:]})


@pytest.mark.parametrize("digits", [2, 3, 12])
def test_a_rounded_table_is_sound(judged, digits):
    result = judged(claimed(digits), "--family", "logistic")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("table.csv is right: its 20 numbers hold, as far as their digits go.")


def test_one_digit_that_is_wrong_is_found(judged):
    frame = claimed()
    frame.loc[1, "estimate"] = f"{TABLE.estimate[1] + 0.2:.3f}"
    result = judged(frame)
    assert result.exit_code == 1
    assert "is not right" in result.stdout


def test_ratios_under_the_heading_of_coefficients(judged):
    frame = claimed().assign(estimate=[f"{np.exp(value):.3f}" for value in TABLE.estimate])[["term", "estimate"]]
    result = judged(frame)
    assert result.exit_code == 1
    assert "exponentiated coefficients" in result.stdout


def test_intervals_of_another_level(judged):
    assert judged(claimed(), "--level", "0.9").exit_code == 1
    assert "ntervals at 95 %" in judged(claimed(), "--level", "0.9").stdout


def test_robust_standard_errors_are_called_so(judged):
    robust = st.fit(st.logistic("y ~ x + g", DATA), cov="HC0").table()
    frame = robust[["term", "estimate", "se"]].round(5)
    assert "kind HC0" in judged(frame).stdout
    assert judged(frame, "--cov", "HC0").exit_code == 0


def test_what_is_not_claimed_is_not_judged(judged):
    result = judged(claimed().iloc[:-1])
    assert result.exit_code == 0
    assert "Not claimed, so not checked: g[T.c]." in result.stdout


@pytest.mark.parametrize(
    "frame, said",
    [
        (claimed().assign(term=["(Intercept)", "x", "gb", "gz"]), "has the term 'gz', which is none of the model's"),
        (claimed().drop(columns="estimate"), "needs a column of estimates"),
        (claimed().assign(estimate="much"), "needs numbers"),
    ],
)
def test_what_cannot_be_judged_ends_with_2(judged, frame, said):
    result = judged(frame)
    assert result.exit_code == 2
    assert said.replace("\\", "") in result.stderr


def test_for_machines_and_as_a_report(judged, tmp_path):
    result = judged(claimed(), "--json", "--out", tmp_path / "out")
    told = json.loads(result.stdout)
    assert told["ok"] is True
    assert {row["term"] for row in told["coefficients"]} == set(claimed()["term"])
    text = (tmp_path / "out" / "table-audit.md").read_text()
    assert text.startswith("# Audit of table.csv\n")
    assert "table.csv is right" in text


def test_a_file_that_is_not_there_ends_with_2(run, tmp_path):
    result = run("audit", tmp_path / "none.csv", tmp_path / "none.csv", "y ~ x")
    assert result.exit_code == 2
    assert "Errno" not in result.output


def test_a_table_of_another_link_is_judged_by_it(judged):
    fit = st.fit(st.glm("y ~ x + g", DATA, family="binomial", link="cloglog"))
    table = fit.table()[["term", "estimate", "se"]].round(4)
    of_glm = ("--family", "binomial", "--link")
    assert judged(table, *of_glm, "cloglog").exit_code == 0
    assert judged(table, *of_glm, "loglog").exit_code == 1
