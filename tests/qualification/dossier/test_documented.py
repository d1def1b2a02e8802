import doctest

from stattools.qualification.dossier import qualifying


def wrong(name):
    return [doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, name, None, None)]


def test_an_example_that_prints_something_else_fails(monkeypatch):
    assert qualifying.observe_examples("Interval").ok
    monkeypatch.setattr(qualifying, "_tests", wrong)
    found = qualifying.observe_examples("Interval")
    assert not found.ok
    assert "1 of 1 lines" in found.words


def test_an_example_of_a_package_that_is_not_there_is_left_out(monkeypatch):
    monkeypatch.setattr(qualifying, "find_spec", lambda name: None if name == "pyarrow" else object())
    assert qualifying._tests("scan") == []
    assert qualifying._tests("Interval") != []
