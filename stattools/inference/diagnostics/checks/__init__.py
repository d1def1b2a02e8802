"""Checks of a fit, one per file: how far is it from what its model assumes, and does that matter?"""
