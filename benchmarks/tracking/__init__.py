"""What else is measured of the tracking: who is a program, and that no input breaks it."""
