"""Validation: is this fit right? The same likelihood maximized by an independent package, and who is right if they
differ.
"""
