"""The command line: its commands, and what becomes of errors, signals and closed streams.

Imports that cost time stand inside the commands, so that ``dojo list`` and ``dojo --help`` answer at once.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path

import click

from dojo import __version__, characters, interrupt
from dojo.commands import audit, judge, learn, maintain, measure
from dojo.commands.shared import say_error
from dojo.errors import FAULT, USAGE, DojoError, GraderFault, NoWallsError

INTERRUPTED, BROKEN_PIPE = 130, 141
COMMANDS = (
    *(learn.list_katas, learn.show, learn.check, learn.next_one, learn.hint, learn.solution, learn.attempts),
    *(learn.reset, learn.tour, learn.init, judge.grade, maintain.doctor, audit.audit, maintain.new, measure.bench),
)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dojo")
@click.pass_context
def app(context: click.Context) -> None:
    """Katas for coding interviews and ML systems, judged by properties.

    Without a command: where you stand, and what is next. KATA is topic/kata, or its short name where it is unique.
    """
    if context.invoked_subcommand is None:
        learn.overview()


for command in COMMANDS:
    # The first sentence, whole: click would cut it off after a few words.
    command.short_help = (command.help or "").partition("\n\n")[0].split(". ")[0].rstrip(".") + "."
    app.add_command(command)


def main() -> None:
    """Run a command; an error that the user can mend is one message, not a traceback."""
    _streams_and_signals()
    try:
        code = app.main(prog_name="dojo", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except DojoError as error:
        say_error(str(error), error.way_out)
        sys.exit(USAGE)
    except NoWallsError as error:
        say_error(str(error), error.way_out)
        sys.exit(FAULT)
    except GraderFault as fault:
        say_error(
            f"The grader itself failed: {fault}", "This is no verdict on your answer. `dojo doctor` may know more."
        )
        sys.exit(FAULT)
    except (click.Abort, KeyboardInterrupt):  # click's own exit code for it, 1, means that an answer was not accepted
        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # `dojo list | head`: whoever read has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(BROKEN_PIPE)
    except OSError as error:
        say_error(f"{error}.", "Is the disk full, or a folder gone?")
        sys.exit(FAULT)
    except Exception:  # 1 would mean that an answer was not accepted
        traceback.print_exc()
        say_error("The dojo itself failed, see above.", "Please report it; `dojo doctor` may know more.")
        sys.exit(FAULT)


def _streams_and_signals() -> None:
    """What a caller may have taken away: closed streams are opened on nothing, ignored signals are heard again.

    A current folder that was removed is left: libraries ask for it when they are imported.
    """
    try:
        Path.cwd()
    except OSError:
        os.chdir("/")
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  # for good
    characters.install()
    if hasattr(signal, "SIGCHLD"):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    interrupt.install()
