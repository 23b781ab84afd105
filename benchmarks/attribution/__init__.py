"""The attribution engine beside a floor, an independent implementation and its peers.

``make bench-attribution`` draws raw tables, computes every model's credit per day and campaign from
them by several programs, each in a process of its own, and compares what they say and what they
take.
"""
