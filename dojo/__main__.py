"""``python -m dojo``."""

import sys

# Python puts the current folder first, where a student's random.py would be taken for the library's. The folder of this
# package goes to the end instead, where it hides nothing: processes that are started later look for it there.
if not sys.flags.safe_path:
    del sys.path[0]
package = __file__.rpartition("/")[0].rpartition("/")[0]
if package not in sys.path:
    sys.path.append(package)

from dojo.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
