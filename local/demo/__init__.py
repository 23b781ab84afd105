"""The demo: real purchases of a CD shop, and everything around them generated from a seed."""
