import re

import pytest

from stattools.cli.options import AUTO, family_and_glm, known_or_auto


def test_a_fit_without_a_family_is_that_of_the_outcome(csv, run):
    named, guessed = run("fit", "poisson", csv, "visits ~ x"), run("fit", csv, "visits ~ x")
    assert guessed.exit_code == 0, guessed.output
    assert re.sub(r"\s+", " ", guessed.stdout).startswith(
        "visits has whole numbers from 0 to 4: read as counts, --family poisson; --family negative_binomial if they"
    )
    assert guessed.stdout.endswith(named.stdout)
    assert run("fit", AUTO, csv, "visits ~ x").stdout == guessed.stdout
    assert run("fit", csv, "visits ~ x", "--family", "poisson").stdout == named.stdout


def test_the_family_of_glm_stays_its_own(csv, run):
    assert run("fit", "glm", csv, "years ~ x", "--family", "gamma").stdout.startswith("Gamma regression")
    assert family_and_glm("glm", None) == ("glm", None)
    assert known_or_auto("Auto") == AUTO


@pytest.mark.parametrize(
    "words, said",
    [
        (["fit", "CSV"], "Missing argument 'FORMULA'"),
        (["fit", "nobody", "CSV", "y ~ x"], "is no family"),
        (["fit", "CSV", "y ~ x", "--family", "nobody"], "is no family"),
        (["fit", "CSV", "y ~ x", "--famly", "ols"], "Did you mean '--family'"),
    ],
)
def test_wrong_usage_stays_wrong(csv, run, words, said):
    result = run(*(str(csv) if word == "CSV" else word for word in words))
    assert result.exit_code == 2
    assert said in re.sub(r"\s+", " ", result.stderr)


def test_a_report_of_it_is_made_again_by_its_command(csv, tmp_path, run):
    made = run("fit", csv, "visits ~ x", "--report", tmp_path / "out")
    assert made.exit_code == 0, made.output
    text = (tmp_path / "out" / "clinic-poisson.md").read_text()
    assert "stattools fit ../clinic.csv 'visits ~ x' --report ." in text
    assert "Read as counts, they ask for Poisson regression" in text
