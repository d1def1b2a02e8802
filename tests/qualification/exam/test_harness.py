"""The program of the environment: numbers, warnings, errors, and nothing of this package."""

from __future__ import annotations

import ast
import re
import shutil
import sys
from pathlib import Path

import pytest

from stattools.qualification.exam import harness
from stattools.qualification.exam.harness import answer, version


def test_an_answer_has_numbers_warnings_and_errors():
    found = answer(
        "import numpy as np, warnings\nb = np.array([1.0, np.nan]); se = [1, 2]\nwarnings.warn('a\\n  b')\nprint('x')"
    )
    words = ["UserWarning: a b", "printed: x"]
    assert found == {"b": [1.0, None], "se": [1.0, 2.0], "said": None, "warnings": words}
    assert answer("1 / 0") == {"error": "ZeroDivisionError: division by zero", "warnings": []}
    assert answer("import warnings\nwarnings.warn('old', DeprecationWarning); b = 1.0")["warnings"] == []


def test_warnings_about_code_are_left_out_by_their_ancestry():
    """As the deprecations of pandas are, whose class has a name of its own."""
    lines = "import warnings\nclass {0}(Other{0}): pass\nwarnings.warn('old', {0}); b = 1.0"
    for kind in ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning", "ResourceWarning"):
        assert answer(lines.format("Own").replace("OtherOwn", kind))["warnings"] == []
    assert answer(lines.format("Own").replace("OtherOwn", "RuntimeWarning"))["warnings"] == ["Own: old"]


def test_it_stands_alone():
    imported = {
        (str(node.module) if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
        for node in ast.walk(ast.parse(Path(str(harness.__file__)).read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported - sys.stdlib_module_names == {"numpy"}
    assert version("numpy")
    assert version("nonesuch-of-all") == ""


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_lines_of_r():
    found = answer(
        "import numpy as np\nX = np.arange(6.0)[:, None]; y = 2 * X[:, 0] + [1, -1, 1, -1, 1, -1]\n"
        "b, se, said = rscript('fit <- lm(y ~ ., d); b <- coef(summary(fit))', locals(), 'y X')"
    )
    assert found["b"] == pytest.approx([0.42857142857, 1.82857142857])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_says_its_version_and_those_of_its_packages():
    assert re.match(r"\d+\.\d+\.\d+( with (lme4|survival) \d|$)", version("R"))
