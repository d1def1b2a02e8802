import pytest

from stattools.validation.papers.audit_paper import audit_paper

TABLE = """Source | df | SS | MS | F | p
--|--|--|--|--|--
Group | 2 | 12.4 | 6.20 | 3.50 | .037
Error | 57 | 101.0 | 1.77 | |
"""


def test_a_right_table():
    found = audit_paper(TABLE, "a table")
    assert [(one.line, one.kind, one.verdict) for one in found.checks] == [
        *((3, kind, "right") for kind in ("mean square", "statistic", "p")),
        (4, "mean square", "right"),
    ]


@pytest.mark.parametrize(
    "old, new, kind", [("6.20", "6.90", "mean square"), ("3.50", "4.50", "statistic"), (".037", ".37", "p")]
)
def test_a_number_that_is_falsified(old, new, kind):
    assert kind in {one.kind for one in audit_paper(TABLE.replace(old, new), "a table").findings}
