"""The wild cluster bootstrap: a test, and its interval, where clusters are few."""

from stattools.inference.wild.bootstrap import WildBootstrap, wild_bootstrap

__all__ = ["WildBootstrap", "wild_bootstrap"]
