"""Local AWS: the services that the stack uses, in one process on this machine.

The emulator is ministack, pinned, with the fixes that this system needs. It runs in a Python
environment of its own; the rest of the repository only talks to it over HTTP.

    launcher.py         `LocalAws`: start, wait, reset and stop an emulator (used by demo and tests)
    state_directory.py  what an emulator keeps on disk: one user at a time, one port for ever
    emulator.py         the emulator's process: applies the fixes, then serves
    fixes/              one module per repaired behavior; each has a test that fails without it

`emulator.py` and `fixes/` import the standard library and the emulator's environment only
(ministack, boto3, PyYAML, aws-sam-translator) and keep to Python 3.11. The other two modules
never import ministack.
"""
