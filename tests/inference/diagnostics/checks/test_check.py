"""Verdicts go by size, and by chance only where a size is there."""

from stattools.inference.diagnostics.check import LIMITS, judged, verdict


def test_a_tiny_size_is_ok_however_sure_it_is():
    assert verdict("overdispersion", 1.01, 1e-300) == "ok"


def test_a_large_size_is_ok_where_chance_makes_it():
    assert verdict("overdispersion", 9.0, 0.011) == "ok"
    assert verdict("overdispersion", 9.0, 0.009) == "no"


def test_limits_rise():
    for name, limits in LIMITS.items():
        assert limits.look < limits.no, name
        assert limits.why, name


def test_advice_is_for_what_is_not_ok():
    assert judged("link", "size", 0.1, "do").advice == ""
    assert judged("link", "size", 0.3, "do").advice == "do"
    assert judged("discrimination", "area", 0.51, "do", size=-0.51).verdict == "look"
