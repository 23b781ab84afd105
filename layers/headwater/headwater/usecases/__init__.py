"""One module per step of the system; ``ports`` holds the protocols that the steps need."""
