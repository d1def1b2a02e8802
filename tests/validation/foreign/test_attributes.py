"""What an object has is read; what it has not, or that is None, is the table's."""

from types import SimpleNamespace

from stattools.validation.foreign.description import attributes


def test_a_table_fills_in_what_is_absent():
    told = attributes(SimpleNamespace(bse=2.0, cov_type=None), {"bse": None, "cov_type": "none", "scale": 1.0})
    assert (told.bse, told.cov_type, told.scale) == (2.0, "none", 1.0)
