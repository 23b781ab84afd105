"""What holds for all tests."""

from hypothesis import settings

pytest_plugins = ["tests.distribution"]

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("headwater", deadline=None)
settings.load_profile("headwater")
