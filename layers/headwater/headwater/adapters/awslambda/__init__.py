"""Functions that this one invokes."""
