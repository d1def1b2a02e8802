"""A paper without its data: do the numbers that it prints go with each other?"""
