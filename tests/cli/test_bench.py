"""The table of benchmarks from the command line, by a script that measures nothing."""

import pytest

SCRIPT = '''"""Sums, twice.

More.
"""
from stattools.benchmarking import SpeedComparison, Timing

def comparisons(quick):
    yield SpeedComparison("sums", (Timing("stattools", (1.0,)), Timing("loop", (2.0 if quick else 3.0,), target=2.5)))
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "sums.py").write_text(SCRIPT)
    return tmp_path


def test_the_table_is_printed_and_nothing_is_written(run, folder):
    done = run("bench")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("Sums, twice\n\nsums\n")
    assert "3.0  2.50 or more, held" in done.output
    assert sorted(path.name for path in folder.iterdir()) == ["benchmarks"]


def test_the_report_has_its_command_and_its_timings_are_not_verified(run, folder):
    done = run("bench", "sums", "--quick", "--out", "reports/benchmarks.md")
    assert done.exit_code == 0, done.output
    text = (folder / "reports" / "benchmarks.md").read_text()
    assert "```sh\nstattools bench sums --quick --out reports/benchmarks.md\n```" in text
    assert "**loop** takes 2.0 times as long as ours, where 2.50 was promised." in text
    verified = run("verify", "reports/benchmarks.md")
    assert verified.output == "reports/benchmarks.md: timings cannot be verified\n"
    assert verified.exit_code == 0


def test_a_benchmark_report_without_its_figure_does_not_stand(run, folder):
    run("bench", "--out", "speed.md")
    (folder / "speed" / "sums.svg").unlink()
    verified = run("verify", "speed.md")
    assert verified.exit_code == 1
    assert "the figure speed/sums.svg is missing" in verified.output


def test_an_absolute_place_is_not_told(run, folder):
    run("bench", "--out", folder / "speed.md")
    assert "stattools bench --out speed.md\n" in (folder / "speed.md").read_text()


def test_an_unknown_benchmark_is_an_error(run, folder):
    done = run("bench", "products")
    assert done.exit_code == 1
    assert "bench has sums; got 'products'" in done.output
