import pytest

from stattools.errors import DomainError
from stattools.validation.claims.reading import FORMATS, cells_of


def test_every_form_says_no_to_prose():
    assert [knows("It rained.\nThen it did not.\n") for knows, _ in FORMATS] == [False] * len(FORMATS)
    with pytest.raises(DomainError, match="none that is known: CSV, JSON"):
        cells_of("It rained.\nThen it did not.\n", "a")
    with pytest.raises(DomainError, match="is empty"):
        cells_of(" \n", "a")
