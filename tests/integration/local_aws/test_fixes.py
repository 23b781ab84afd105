from pathlib import Path

from local.aws import fixes


def test_every_fix_is_applied() -> None:
    modules = {path.stem for path in Path(fixes.__file__).parent.glob("*.py")}

    assert modules - {"__init__"} == set(fixes.NAMES)
