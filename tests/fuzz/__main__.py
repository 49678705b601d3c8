"""Run one target with atheris: ``python -m fuzz TARGET [libFuzzer's options] FOLDERS…``."""

import sys

import atheris

# What is imported here is watched, so that inputs that reach something new are kept.
with atheris.instrument_imports(include=["kvitt", "fuzz"], enable_loader_override=False):
    from fuzz.targets import TARGETS


def main() -> None:
    """Fuzz until the options say that it is enough; a failure ends with its own code."""
    name, *options = sys.argv[1:]
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()


main()
