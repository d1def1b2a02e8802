import pytest

from stattools.cli.failures import typed


@pytest.mark.parametrize(
    "python, ours",
    [
        (
            'too small: st.fit(model, cov="robust"), or a model of the variance.',
            "too small: --cov robust, or a model of the variance.",
        ),
        ("Use penalty=st.Jeffreys().", "Use --penalty jeffreys."),
        ("give the counts as weights=.", "give the counts as --weights."),
        ("st.negative_binomial(x) and st.compare stay", "st.negative_binomial(x) and st.compare stay"),
    ],
)
def test_advice_is_written_with_options(python, ours):
    assert typed(python) == ours


def test_the_page_of_a_fit_says_what_the_command_line_has(csv, run):
    found = run("fit", "poisson", csv, "many ~ x").stdout
    assert " ".join(found.split()).count("--cov quasi, or --family negative_binomial") == 1
    assert "st." not in found


def test_an_error_says_it_too(tmp_path, run):
    path = tmp_path / "a.csv"
    path.write_text("y,x\n0,1\n0,2\n1,3\n1,4\n")
    result = run("fit", "logistic", path, "y ~ x")
    assert result.exit_code == 1
    assert "--penalty jeffreys" in result.stderr
    assert "st.Jeffreys" not in result.stderr
