"""What runs inside the peers' own environments; nothing of the program is there."""
