"""Small matrices on one thread, as fits have them."""

from tests.latent.conftest import _one_thread  # noqa: F401  # a fixture
