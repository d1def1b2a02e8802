import pytest
import typer

from stattools.cli.paper import Paper, labels
from stattools.reporting.labels import Label


def test_labels_of_a_file_are_those_of_the_table_and_words_must_be(tmp_path):
    path = tmp_path / "codebook.csv"
    path.write_text("name,label,unit\nage,Age,years\nother,Other,\n")
    assert labels([str(path), "sex=Sex"], ["age", "sex"]) == {"age": Label("Age", "years"), "sex": Label("Sex")}
    for wrong in ("agee=Age", "=Age"):
        with pytest.raises(typer.BadParameter):
            labels([wrong], ["age"])


def test_the_command_that_makes_a_report_again_has_all_of_it():
    paper = Paper("g", {"age": Label("Age", "years")}, "Ada", None)
    assert paper.asked == {"by": "g", "labels": ["age=Age [years]"], "author": "Ada", "date": None}


@pytest.mark.slow
def test_a_report_with_groups_labels_and_author_is_verified(file, tmp_path, run):
    made = run(
        *("report", file, "visits ~ hours", "--by", "region", "--labels", "hours=Open [hours]", "--author", "A. Bee"),
        *("--date", "2026-11-27", "--out", tmp_path / "out", "--family", "poisson"),
    )
    assert made.exit_code == 0, made.output
    path = tmp_path / "out" / "people-poisson.md"
    text = path.read_text()
    assert "\n\nA. Bee, 2026-11-27\n" in text
    assert "| Open (hours) " in text
    assert r"`region`: north\|west" in text
    assert run("verify", path).stdout.startswith(f"{path}: the same text")


def test_a_report_without_a_fit_has_them_too(tmp_path, run):
    (tmp_path / "a.csv").write_text("y,x,g\n0,1,a\n0,2,a\n1,3,b\n1,4,b\n")
    words = ("report", tmp_path / "a.csv", "y ~ x", "--by", "g", "--labels", "x=Dose [mg]", "--author", "Ada")
    assert run(*words, "--out", tmp_path).exit_code == 1
    text = (tmp_path / "a-logistic.md").read_text()
    assert "\n\nAda\n" in text
    assert "| Dose (mg) " in text


@pytest.mark.parametrize("words", [("--by", "g"), ("--labels", "x=y"), ("--author", "A")])
def test_a_fit_without_a_report_needs_none_of_them(csv, run, words):
    assert run("fit", "ols", csv, "y ~ x", *words).exit_code == 2
