import numpy as np

from stattools.gallery.network import by_hand


def test_the_script_breaks_where_its_growth_says():
    run = by_hand()
    assert run.broke == int(np.ceil(np.log(np.finfo(float).max) / np.log(299.0)))
    assert by_hand(mean=True).broke is None
