"""The list of faults fits the package and its tests; `python -m tests.faults` plants them."""

from collections import Counter
from pathlib import Path

import pytest

from tests.faults import faults

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_the_text_stands_once_and_the_tests_are_there(fault):
    assert fault.times(ROOT) == 1, fault.file
    assert fault.old != fault.new
    assert fault.tests
    for test in fault.tests:
        path, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}" in (ROOT / path).read_text(encoding="utf-8"), test


def test_no_two_faults_have_one_name():
    assert max(Counter(fault.name for fault in faults()).values()) == 1
