from pathlib import Path

import pytest

from stattools.benchmarking.scripts import scripts
from stattools.errors import DomainError

ROOT = Path(__file__).parents[2]


def test_every_benchmark_of_the_repository_can_be_loaded():
    found = scripts(ROOT / "benchmarks")
    assert {script.name for script in found} == {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    assert all(script.summary and not script.summary.endswith(".") for script in found)


def test_what_is_not_there_is_an_error_that_names_it(tmp_path):
    with pytest.raises(DomainError, match="there is no"):
        scripts(tmp_path / "none")
    with pytest.raises(DomainError, match="found no benchmarks"):
        scripts(tmp_path)
    (tmp_path / "speed.py").write_text('"""Speed."""\n')
    with pytest.raises(DomainError, match="got 'sped'"):
        scripts(tmp_path, ["sped"])
    with pytest.raises(DomainError, match=r"needs a function comparisons\(quick\)"):
        scripts(tmp_path)
