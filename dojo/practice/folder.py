"""The folder where the dojo keeps what is the learner's."""

from __future__ import annotations

import os
from pathlib import Path

from dojo.errors import JournalError


def data_folder() -> Path:
    """The folder of the journal: ``$DOJO_DATA``, else the user's data folder. It need not be there.

    Raises:
        JournalError: there is no home folder.
    """
    named = os.environ.get("DOJO_DATA")
    if named:
        return Path(named).expanduser().absolute()
    import platformdirs

    folder = platformdirs.user_data_path("dojo", appauthor=False)
    if not folder.is_absolute():  # '~' was left as it is
        raise JournalError(
            "There is no home folder to keep the journal in.", "Set HOME, or DOJO_DATA to a folder of yours."
        )
    return folder
