"""Benchmarks: what the program costs, as ratios to floors measured in the same run.

A floor is the least that any program must do with the same bytes: read them, sort them, parse
them. Seconds say something about one machine on one day; a ratio to such a floor can be compared
with the one in ``baseline.json``, wherever that was measured.
"""
