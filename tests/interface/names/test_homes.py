"""Every public name is where the table says, once."""

from importlib import import_module

from stattools.interface.names.homes import HOMES, MODULES


def test_each_name_has_one_home_that_has_it():
    names = [name for found in HOMES.values() for name in found]
    assert len(names) == len(set(names))
    for module, found in HOMES.items():
        home = import_module(f"stattools.{module}")
        assert [name for name in found if name not in dir(home)] == []


def test_modules_are_no_other_names():
    assert not set(MODULES) & {name for found in HOMES.values() for name in found}
