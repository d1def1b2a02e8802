"""A paper without data: sound, wrong, or nothing to compute again."""

import json

import pytest

RIGHT = "The groups differed, *t*(28) = 2.20, *p* = .036.\n"
WRONG = "# Results\n\nThe groups differed, *t*(28) = 2.20, *p* = .063.\n"


@pytest.fixture
def paper(tmp_path, run):
    def paper(text, *words):
        path = tmp_path / "paper.md"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return run("audit", path, *words)

    return paper


def test_a_right_paper_ends_with_0(paper):
    result = paper(RIGHT)
    assert result.exit_code == 0
    assert result.stdout.startswith("paper.md: nothing is wrong")


def test_a_wrong_one_ends_with_1_and_quotes_its_line(paper):
    result = paper(WRONG)
    assert result.exit_code == 1
    assert "Line 3: The p-value of t(28) = 2.20 is between 0.03584 and 0.03662" in result.stdout
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


@pytest.mark.parametrize(
    "text, said", [("A story.", "none that it can read"), (b"%PDF-1.4", "pdftotext"), ("", "none")]
)
def test_nothing_to_compute_again_ends_with_2(paper, text, said):
    result = paper(text)
    assert result.exit_code == 2
    assert said in result.stderr.replace("\n", " ")
    assert not result.stdout


def test_for_machines_and_as_a_report(paper, tmp_path):
    result = paper(WRONG, "--json", "--out", tmp_path / "out")
    told = json.loads(result.stdout)
    (check,) = told["checks"]
    assert (told["ok"], check["line"], check["verdict"], check["decision"]) == (False, 3, "wrong", True)
    assert check["right"] == pytest.approx([0.0358, 0.0366], abs=1e-4)
    assert check["quote"] == WRONG.splitlines()[2]
    assert "p = .063" in (tmp_path / "out" / "paper-audit.md").read_text(encoding="utf-8")


def test_options_of_the_other_kind_are_wrong_usage(paper, tmp_path):
    assert paper(RIGHT, "--family", "ols").exit_code == 2
    assert paper(RIGHT, tmp_path / "rows.csv").exit_code == 2
    assert paper(RIGHT, "--alpha", "5").exit_code == 2
    result = paper(RIGHT, tmp_path / "rows.csv", "y ~ x", "--whole")
    assert "belongs to a paper" in result.stderr


def test_the_level_of_the_decision(paper):
    assert "turns" not in paper(WRONG, "--alpha", "0.1").stdout


def test_all_means_of_whole_numbers(paper):
    assert paper(RIGHT + "M = 3.45, n = 28", "--whole").exit_code == 1
