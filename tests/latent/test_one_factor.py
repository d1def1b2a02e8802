from stattools.latent.elimination import OneFactor
from tests.latent.test_structure import of_one_factor


def test_memory_grows_with_groups_and_not_with_rows():
    assert OneFactor.of(of_one_factor((1, 2)).columns).E.shape == (3, 3 + 4, 7)
