"""A paper that is right is right in every style; what is changed beyond rounding is found."""

import subprocess
import sys

import numpy as np
import pytest

from stattools.errors import DomainError
from stattools.validation.papers.audit_paper import audit_paper
from tests.validation.papers.printed_tests import STYLES, estimate, result


@pytest.mark.parametrize("style", STYLES)
def test_right_results_are_right_and_all_are_read(style):
    rng = np.random.default_rng(11)
    text = "\n".join(f"The groups differed, {result(rng, style)}." for _ in range(30))
    found = audit_paper(text, "a paper")
    assert not found.findings, found.findings
    assert not found.notes
    assert sum(one.kind == "p" for one in found.checks) == 30


def test_right_estimates_are_right_and_all_are_read():
    rng = np.random.default_rng(12)
    found = audit_paper("\n".join(f"The effect was clear ({estimate(rng)})." for _ in range(60)), "a paper")
    assert not found.findings, found.findings
    assert len({one.line for one in found.checks}) == 60


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_right_papers_of_other_seeds(seed):
    rng = np.random.default_rng(seed)
    lines = [estimate(rng) if k % 3 else result(rng, list(STYLES)[k % 5]) for k in range(60)]
    found = audit_paper("\n".join(f"It did ({line})." for line in lines), "a paper")
    assert not found.findings, found.findings


@pytest.mark.parametrize("factor", [0.3, 3.0])
@pytest.mark.parametrize("style", STYLES)
def test_a_p_value_of_another_size_is_found(style, factor):
    rng = np.random.default_rng(13)
    text = "\n\n".join(f"The groups differed, {result(rng, style, factor)}." for _ in range(25))
    assert len(audit_paper(text, "a paper").findings) == 25


def test_each_finding_has_its_line_its_numbers_and_its_decision():
    found = audit_paper("All was well.\n\nThe groups\ndiffered, t(28) =\n2.20, p = .063.", "a paper")
    (one,) = found.findings
    assert (one.line, one.kind, one.claimed, one.decision) == (4, "p", "p = .063", True)
    assert one.quote == "differed, t(28) = 2.20, p = .063."
    assert one.right is not None
    assert 0.0357 < one.right[0] < one.right[1] < 0.0367
    assert found.sentence == (
        "a paper is not right: of 1 number that can be computed again, 1 is wrong, and 1 of them turns a decision."
    )
    assert list(found.table().columns[:3]) == ["line", "kind", "claimed"]
    assert "Line 4: The p-value" in str(found)
    assert repr(found) == "<PaperAudit: a paper, 1 wrong, 1 checks>"


def test_nothing_to_compute_again_is_no_verdict():
    with pytest.raises(DomainError, match="has none that it can read"):
        audit_paper("It was a dark and stormy night, p = .03.", "a paper")
    with pytest.raises(DomainError, match="and 1 that it cannot judge"):
        audit_paper("F = 3.1, p = .05", "a paper")


def test_a_right_paper_says_so():
    found = audit_paper("t(28) = 2.20, p = .036", "a paper")
    assert found.ok
    assert found.sentence == (
        "a paper: nothing is wrong with the 1 number that can be computed again, as far as their digits go."
    )
    assert found.markdown().startswith("a paper: nothing is wrong")


@pytest.mark.parametrize(
    "text",
    [
        "The groups (n = 15 each) differed, t(28) = 2.20, p = .036, n = 15",
        "A likelihood-ratio test kept it, χ2(3) = 8.2, p = .042",
        "Percentages are rounded to whole numbers. M = 3.45, SD = 1.20, n = 28",
        "Latencies of ten items were M = 523.4, n = 7",
        "On a scale from 1 to 7 they rated, M_age = 35.2, SD = 4.1",
        "The estimated mean was M = 0.45, 95% CI [0.30, 0.63]",
        "The median difference = 5, 95% CI [2, 11]",
        "M = 3.45, SD = 1.20, d = 0.64, 95% CI [0.12, 1.16]",
        "OR 10.79, 95% CI [1.51, 105.6]",
    ],
)
def test_what_is_no_fault(text):
    assert audit_paper(f"z = 0, p = 1. {text}", "a paper").ok


@pytest.mark.parametrize("nonsense", ["(", " ", "|", "t(28) = 2.", "1,111", "$_{", "95% CI ", "of 192 women, ", "-|"])
def test_long_nonsense_is_read_once(nonsense):
    """A pattern that is tried from each place to the end takes minutes for such texts."""
    assert len(audit_paper(f"z = 2.1, p = .036.\n\n{nonsense * (6000 // len(nonsense))}", "a paper").checks) >= 1


HANG = """
from stattools.validation.papers.audit_paper import audit_paper
for piece in PIECES:
    audit_paper("z = 2.1, p = .036.\\n\\n" + piece * (SIZE // len(piece)), "a paper")
"""
"""Quadratic patterns need hours for it; it runs in a process of its own, which can be stopped."""


def _reads(size, *pieces):
    told = f"SIZE, PIECES = {size}, {pieces!r}\n{HANG}"
    subprocess.run([sys.executable, "-c", told], check=True, timeout=1500)


def test_long_runs_are_read_once():
    _reads(100_000, "1", "_", "all ", "\\begin{tabular}", "<!--")


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    ["1", "t(1", " ", "_", "<!--", "<title>", "all ", "\\begin{tabular}", "(", "a ", "|1", "1\n", "- ", "1,", "1."],
)
def test_a_million_characters_are_read_once(piece):
    _reads(1_000_000, piece)
