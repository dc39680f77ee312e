"""How a command ends: errors as one paragraph, never a traceback, and the exit status."""

from __future__ import annotations

import functools
import signal
import types
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer

FAILED = 1
WRONGLY_USED = 2
INTERRUPTED = 130

P = ParamSpec("P")
R = TypeVar("R")


def plain_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Make `command` end with a message and status 1, 2 (asked for what cannot be) or 130 (Ctrl-C or SIGTERM)."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        # A stopped `make` or a closed terminal must cancel a job as Ctrl-C does.
        signal.signal(signal.SIGTERM, _interrupt)
        signal.signal(signal.SIGHUP, _interrupt)
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except Exception as error:
            raise typer.Exit(_report(error, as_json=bool(kwargs.get("as_json")))) from error

    return run


def _interrupt(signal_number: int, frame: types.FrameType | None) -> None:
    raise KeyboardInterrupt


def _report(error: Exception, *, as_json: bool) -> int:
    """Show an error of ours, give its exit status; raise any other again: it is a defect, and its place counts."""
    # Imported here: `tuneport --help` needs none of it.
    from tuneport.cli.screen import Screen
    from tuneport.cli.token_text import without_control
    from tuneport.core import DataError, Forbidden, InvalidRequest, NotFound, TuneportError, Unauthorized

    if not isinstance(error, TuneportError):
        raise error
    # Words of a server or a file may hold what a terminal would act on.
    typer.echo(f"Error: {without_control(error.message)}", err=True)
    if as_json:
        body = {"message": error.message, "code": error.code, "param": error.param}
        Screen(as_json=True).document({"status": "failed", "error": body})
    is_asked_wrongly = isinstance(error, InvalidRequest | NotFound | Unauthorized | Forbidden)
    is_wrong_use = is_asked_wrongly and not isinstance(error, DataError)
    return WRONGLY_USED if is_wrong_use else FAILED
