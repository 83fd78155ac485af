"""``python -m dojo``."""

import contextlib
import os
import sys


def _is_here(path: str) -> bool:
    with contextlib.suppress(OSError):  # the current folder may have been removed
        return os.path.samefile(path or os.curdir, os.curdir)  # noqa: PTH121  # pathlib may be somebody else's
    return not path


# Python puts the current folder first, where a student's random.py would be taken for the library's.
sys.path[:] = [path for path in sys.path if not _is_here(path)]

from dojo.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
