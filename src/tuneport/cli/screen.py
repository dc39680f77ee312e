"""What a command shows: sentences, tables and one progress bar; live in a terminal, plain lines elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from rich.box import SIMPLE
from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from tuneport.cli.token_text import without_control

_LINES_PER_BAR = 10


class Bar(Protocol):
    def update(self, done: float, total: float | None, detail: str = "") -> None:
        """Show how far the work is. `total` is `None` while it is not known."""
        ...


class Columns(Protocol):
    def update(self, texts: Sequence[str]) -> None:
        """Show these instead of what was shown."""
        ...


class Screen:
    """`as_json` keeps standard output for one JSON document and shows all else on standard error."""

    def __init__(self, *, as_json: bool = False, console: Console | None = None) -> None:
        self.as_json = as_json
        self._console = console or Console(stderr=as_json, highlight=False, markup=False, emoji=False)

    def say(self, text: str = "", *, style: str = "") -> None:
        # Text of files and models may look like markup, so nothing is parsed as markup.
        self._console.print(_plain(text, style), soft_wrap=not self._console.is_terminal)

    def say_styled(self, pieces: Sequence[tuple[str, str]]) -> None:
        """Show pieces of text, each with its own style, as one paragraph."""
        self._console.print(Text.assemble(*(_plain(*piece) for piece in pieces)), soft_wrap=True)

    @property
    def has_colour(self) -> bool:
        """Whether a style can be seen: in a terminal, unless NO_COLOR is set."""
        return self._console.color_system is not None and not self._console.no_color

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show rows in aligned columns, those of numbers to the right. Nothing is cut."""
        lines = [[_on_one_line(cell) for cell in line] for line in (header, *rows)]
        columns = [_align(title, cells) for title, *cells in zip(*lines, strict=True)]
        for index, line in enumerate(zip(*columns, strict=True)):
            self.say("   ".join(line).rstrip(), style="" if index else "bold")

    def document(self, value: Any) -> None:
        """Print the JSON document of the command on standard output."""
        sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    @contextmanager
    def bar(self, title: str) -> Iterator[Bar]:
        if self._console.is_terminal:
            with _live_progress(self._console) as progress:
                yield _LiveBar(progress, title)
        else:
            yield _LineBar(self, title)

    @contextmanager
    def columns(self, titles: Sequence[str]) -> Iterator[Columns]:
        """Texts that grow side by side; outside of a terminal one after the other, once the block is left."""
        if self._console.is_terminal:
            with Live(console=self._console, auto_refresh=True, vertical_overflow="visible") as live:
                yield _LiveColumns(live, titles)
        else:
            columns = _LastColumns()
            yield columns
            for title, text in zip(titles, columns.texts, strict=False):
                self.say(f"{title}:", style="bold")
                self.say(text)


def _plain(text: str, style: str = "") -> Text:
    # Text of files and models may hold what a terminal would act on.
    return Text(without_control(text), style=style)


def _on_one_line(text: str) -> str:
    return without_control(text).replace("\t", " ").replace("\n", "↵")


def _align(title: str, cells: Sequence[str]) -> list[str]:
    width = max(map(len, (title, *cells)))
    is_of_numbers = bool(cells) and all(cell[:1].isdigit() for cell in cells)
    return [cell.rjust(width) if is_of_numbers else cell.ljust(width) for cell in (title, *cells)]


def _live_progress(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[detail]}", markup=False),
    )
    return Progress(*columns, console=console)


class _LiveBar:
    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=None, detail="")

    def update(self, done: float, total: float | None, detail: str = "") -> None:
        self._progress.update(self._task, completed=done, total=total, detail=without_control(detail))


class _LineBar:
    """One line each tenth of the way; while the way's length is not known, one line for each new state."""

    def __init__(self, screen: Screen, title: str) -> None:
        self._screen = screen
        self._title = title
        self._shown: int | str | None = None

    def update(self, done: float, total: float | None, detail: str = "") -> None:
        # The first word names the state; numbers after it may change at each look.
        now = int(done / total * _LINES_PER_BAR) if total else detail.partition(" ")[0]
        if now != self._shown:
            self._shown = now
            self._screen.say(f"{self._title}  {detail}".rstrip())


class _LiveColumns:
    def __init__(self, live: Live, titles: Sequence[str]) -> None:
        self._live = live
        self._titles = titles

    def update(self, texts: Sequence[str]) -> None:
        table = Table(box=SIMPLE, expand=True)
        for title in self._titles:
            table.add_column(_plain(title, "bold"), ratio=1)
        table.add_row(*map(_plain, texts))
        self._live.update(table)


class _LastColumns:
    def __init__(self) -> None:
        self.texts: tuple[str, ...] = ()

    def update(self, texts: Sequence[str]) -> None:
        self.texts = tuple(texts)
