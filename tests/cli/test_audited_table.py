import pytest
import typer

from stattools.cli.audit import SAID, terms_of
from stattools.validation.explaining.claim_audit import ClaimAudit
from stattools.validation.explaining.reproduce import Reproduction


def test_terms_are_pairs():
    assert terms_of([]) is None
    assert terms_of(["a=2 = x", "b=y"]) == {"a=2": "x", "b": "y"}
    for words in (["x"], ["=x"], ["x="], ["x=a", "x=b"]):
        with pytest.raises(typer.BadParameter):
            terms_of(words)


def test_each_verdict_says_all_that_it_has():
    assert set(SAID) == {ClaimAudit.__name__, Reproduction.__name__}


def test_standard_input_is_the_table_or_the_data(run):
    assert run("audit", "-", "-", "y ~ x").exit_code == 2
