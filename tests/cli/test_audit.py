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
TERMS = ["(Intercept)", "x", "gb", "gc"]


@pytest.fixture
def judged(tmp_path, run):
    DATA.to_csv(tmp_path / "rows.csv", index=False)

    def judged(table, *words):
        table.to_csv(tmp_path / "table.csv", index=False)
        return run("audit", tmp_path / "table.csv", tmp_path / "rows.csv", "y ~ x + g", *words)

    return judged


def claimed(digits=3, fit=TABLE):
    columns = {
        "estimate": "estimate",
        "se": "std.error",
        "p_value": "p.value",
        "lower": "conf.low",
        "upper": "conf.high",
    }
    frame = fit.assign(term=TERMS)[["term", *columns]].set_axis(["term", *columns.values()], axis=1)
    return frame.assign(**{name: [f"{value:.{digits}f}" for value in frame[name]] for name in columns.values()})


@pytest.mark.parametrize("digits", [2, 12])
def test_a_rounded_table_is_sound(judged, digits):
    result = judged(claimed(digits), "--family", "logistic")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("table.csv is right: its 20 numbers hold, as far as")


def test_one_digit_that_is_wrong_is_found(judged):
    frame = claimed()
    frame.loc[1, "estimate"] = f"{TABLE.estimate[1] + 0.2:.3f}"
    result = judged(frame)
    assert result.exit_code == 1
    assert "is right" not in result.stdout.split(".csv")[1][:20]
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_a_convention_is_named_first_and_is_not_sound(judged):
    frame = claimed().assign(estimate=[f"{np.exp(value):.3f}" for value in TABLE.estimate])[["term", "estimate"]]
    result = judged(frame)
    assert result.exit_code == 1
    assert "exponentiated coefficients" in result.stdout


def test_the_level_and_the_kind_that_are_said(judged):
    assert judged(claimed(), "--level", "0.9").exit_code == 1
    robust = claimed(5, st.fit(st.logistic("y ~ x + g", DATA), cov="HC0").table())[["term", "estimate", "std.error"]]
    assert "kind HC0" in judged(robust).stdout
    assert judged(robust, "--cov", "HC0").exit_code == 0


@pytest.mark.slow
def test_conventions_that_reproduce_a_table(judged):
    robust = claimed(5, st.fit(st.logistic("y ~ x + g", DATA), cov="HC0").table())[["term", "estimate", "std.error"]]
    result = judged(robust, "--reproduce", "--seconds", "20", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["ok"]) == (0, True)
    assert "HC0" in told["conventions"][0]
    for words in (("--seconds", "5"), ("--reproduce", "--cov", "HC0")):
        assert judged(robust, *words).exit_code == 2


def test_terms_and_columns_that_are_said(judged):
    frame = claimed().assign(term=["(Intercept)", "Alter", "gb", "gc"])[["term", "estimate"]].assign(other="9.999")
    frame.columns = ["term", "Model 1", "Model 2"]
    words = ("--terms", "Alter=x", "--column")
    assert judged(frame, *words, "Model 1").exit_code == 0
    assert judged(frame, "--terms", "Alter").exit_code == 2
    assert judged(frame, "--terms", "Alter=x").exit_code == 2


def test_what_is_not_claimed_is_not_judged(judged):
    result = judged(claimed().iloc[:-1])
    assert result.exit_code == 0
    assert "Not claimed, so not checked: g[T.c]." in result.stdout


@pytest.mark.parametrize(
    "frame, said",
    [
        (claimed().assign(term=["(Intercept)", "x", "gb", "gz"]), "has the term 'gz', which is none of the model's"),
        (claimed().drop(columns="estimate"), "needs a column of estimates"),
        (claimed().assign(estimate="much"), "needs"),
    ],
)
def test_what_cannot_be_judged_ends_with_2(judged, frame, said):
    result = judged(frame)
    assert result.exit_code == 2
    assert said in result.stderr


def test_for_machines_and_as_a_report(judged, tmp_path):
    result = judged(claimed(), "--json", "--out", tmp_path / "out")
    told = json.loads(result.stdout)
    assert told["ok"] is True
    assert [row["term"] for row in told["numbers"] if row["quantity"] == "estimate"] == TERMS
    text = (tmp_path / "out" / "table-audit.md").read_text(encoding="utf-8")
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


@pytest.mark.slow
def test_a_table_of_another_model_is_wrong(judged):
    assert judged(claimed(), "--family", "probit").exit_code == 1


def test_other_models_and_other_formats(run, tmp_path):
    frame = pd.DataFrame({"t": RNG.exponential(size=60), "e": 1, "x": RNG.normal(size=60)})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    (row,) = st.fit(st.cox("survival(t, e) ~ x", frame)).table().to_dict("records")
    table = f"| Variable | B | SE |\n|---|---|---|\n| x | {row['estimate']:.3f} | {row['se']:.3f} |\n"
    (tmp_path / "table.md").write_text(table)
    words = ("audit", tmp_path / "table.md", tmp_path / "rows.csv", "survival(t, e) ~ x", "--family", "cox")
    assert run(*words).exit_code == 0
