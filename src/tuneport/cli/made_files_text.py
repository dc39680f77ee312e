"""What became of a file's rows, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuneport.cli.human_numbers import plural
from tuneport.cli.screen import Screen


def show_conversion(screen: Screen, source: Path, target: Path, found: dict[str, Any]) -> None:
    shapes = ", ".join(f"{n_rows} {shape}" for shape, n_rows in found["shapes"].items())
    kinds = f" ({found['container']}: {shapes})" if shapes else f" ({found['container']})"
    screen.say(f"{source}: {plural(found['n_records'], 'record')}{kinds}")
    for note, count in found["notes"].items():
        screen.say(f"  note: {note} ({plural(count, 'time')})")
    for refused in found["refused"]:
        screen.say(f"  not converted: {refused['where']}: {refused['reason']}", style="red")
    _say_more(screen, found["n_refused"] - len(found["refused"]), "record not converted", "records not converted")
    if found["file_id"] is None:
        screen.say(f"No record became a row, so {target} is not written.", style="red")
    else:
        screen.say(f"{target}: {plural(found['n_rows'], found['format'] + ' row')}")


def show_split(screen: Screen, training: Path, validation: Path, found: dict[str, Any]) -> None:
    screen.say(f"{training}: {plural(found['n_training'], 'row')}")
    screen.say(f"{validation}: {plural(found['n_validation'], 'row')}")
    screen.say(f"  Kept together: {plural(found['n_grouped_rows'], 'row')} with {found['grouped_by']}.")
    if found["n_classes"] is not None:
        screen.say(f"  Each of the {found['n_classes']} different answers is in both by its share, where it can be.")
    _say_unreadable(screen, found["n_unreadable"])


def show_deduplication(screen: Screen, target: Path, found: dict[str, Any]) -> None:
    screen.say(f"{target}: {plural(found['n_kept'], 'row')} kept, {found['n_removed']} left out")
    for removed in found["removed"]:
        screen.say(f"  left out: line {removed['line']}, the same as line {removed['same_as_line']}")
    _say_more(screen, found["n_removed"] - len(found["removed"]), "row left out", "rows left out")
    _say_unreadable(screen, found["n_unreadable"])


def show_fix(screen: Screen, source: Path, target: Path | None, found: dict[str, Any]) -> None:
    """Say what was changed, or would be without `target`, each kind with examples."""
    screen.say(f"{source}: {plural(found['n_rows'], 'row')}, {found['n_changed']} of them to change")
    for kind, count in found["counts"].items():
        screen.say(f"  {kind}: {count}")
    for example in found["examples"]:
        screen.say(f"  line {example['line']} ({', '.join(example['kinds'])})")
        screen.say(f"    before: {example['before']}", style="red")
        screen.say(f"    after:  {example['after']}", style="green")
    for left in found["left"]:
        screen.say(f"  left as it is: line {left['line']}: {left['found']} [{left['code']}]", style="red")
    _say_more(screen, found["n_left"] - len(found["left"]), "line left as it is", "lines left as they are")
    if target is not None:
        screen.say(f"{target}: {plural(found['n_rows'], 'row')}")
    elif found["counts"]:
        screen.say("Nothing is written. Add --out OUT.jsonl to write the repaired file.")
    else:
        screen.say("There is nothing to repair.")


def _say_unreadable(screen: Screen, n_unreadable: int) -> None:
    if n_unreadable:
        screen.say(f"  {plural(n_unreadable, 'line')} could not be read, and went on unchanged.", style="yellow")


def _say_more(screen: Screen, count: int, one: str, several: str) -> None:
    if count:
        screen.say(f"  and {count} more {one if count == 1 else several}", style="red")
