"""Conventions: the choices under which the same data and formula give other printed numbers.

One small file per kind says how it changes a computation, in words and as a refit; `table.py` lists them all.
"""
