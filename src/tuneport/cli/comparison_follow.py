"""Runs a comparison of base, few-shot and tuned on the server, and shows what it found."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tuneport.cli.client import Client
from tuneport.cli.human_numbers import duration_text, plural, share_text
from tuneport.cli.screen import Screen
from tuneport.core import EngineFailed

FEW_SHOT_ROWS = 5
"""Training rows that a comparison of the command line shows to the base model."""
_LOOK_EVERY_SECONDS = 0.5
_EXAMPLES_SHOWN = 2
_RIGHT_MEANS = (
    "Right is an answer with the same text as the row's own, the same JSON value, or the same calls with the same "
    "arguments."
)
_HEADER = ("", "right", "share", "95 % interval", "time per answer", "prompt tokens")


def run_comparison(
    client: Client, screen: Screen, body: dict[str, Any], *, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Start the comparison, follow it to its end, give its record; an interrupt cancels it on the server.

    Raises `EngineFailed` if it ends without results.
    """
    comparison = client.post("tuneport/comparisons", body)
    path = f"tuneport/comparisons/{comparison['id']}"
    try:
        with screen.bar("Comparing") as bar:
            while comparison["status"] in ("queued", "running"):
                bar.update(comparison["done"], comparison["total"] or None, _stage(comparison))
                sleep(_LOOK_EVERY_SECONDS)
                comparison = client.get(path)
            bar.update(1, 1, "done" if comparison["status"] == "succeeded" else comparison["status"])
    except KeyboardInterrupt:
        client.post(f"{path}/cancel")
        raise
    if comparison["status"] != "succeeded":
        reason = (comparison["error"] or {}).get("message", f"it was {comparison['status']}")
        raise EngineFailed(f"Comparison {comparison['id']} has no results: {reason}", code="comparison_failed")
    return comparison


def read_answers(client: Client, comparison: dict[str, Any]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = client.get(f"tuneport/comparisons/{comparison['id']}/answers")["data"]
    return answers


def choose_telling_answers(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give two answers that show the difference: one the tuning put right, one that is still wrong, else any."""
    gained = [row for row in answers if row["right"]["tuned"] and not row["right"]["base"]]
    wrong = [row for row in answers if not row["right"]["tuned"]]
    chosen = [*gained[:1], *wrong[:1], *gained[1:2], *answers]
    return list({row["line"]: row for row in chosen}.values())[:_EXAMPLES_SHOWN]


def show_comparison(screen: Screen, comparison: dict[str, Any], *, few_shot_rows: int) -> None:
    """Show the table and the verdict. `few_shot_rows` is the number of examples that was asked for."""
    few_shot = f"base model, {plural(few_shot_rows, 'example')} in the prompt"
    names = {"base": "base model", "few_shot": few_shot, "tuned": "tuned model"}
    results = comparison["results"]
    n_rows = results["tuned"]["n_rows"]
    screen.say(f"\nOn {plural(n_rows, 'row')} that the training file does not ask:", style="bold")
    screen.table(_HEADER, [_table_row(title, results[name]) for name, title in names.items() if name in results])
    screen.say(f"\n{_RIGHT_MEANS}")
    screen.say(f"\n{comparison['verdict']}", style="bold")


def show_answers(screen: Screen, answers: list[dict[str, Any]]) -> None:
    """Show each question with what was expected and what came."""
    for row in answers:
        screen.say(f"\nLine {row['line']}: {row.get('question', '')}".rstrip(": "))
        screen.say(f"  expected  {_one_line(row['expected'])}")
        for name, title in (("base", "base"), ("few_shot", "few-shot"), ("tuned", "tuned")):
            if name in row["right"]:
                mark = "right" if row["right"][name] else "wrong"
                screen.say(f"  {title:<8}  {_answer_text(row, name)}  ({mark})")


def _stage(comparison: dict[str, Any]) -> str:
    if comparison["status"] == "queued":
        return "queued"
    done, total = comparison["done"], comparison["total"]
    return f"{done} of {total} answers" if total else "loading the model"


def _table_row(name: str, score: dict[str, Any]) -> tuple[str, ...]:
    return (
        name,
        f"{score['n_right']}/{score['n_rows']}",
        share_text(score["share"]),
        f"{share_text(score['interval_low'])} to {share_text(score['interval_high'])}",
        duration_text(score["seconds_per_answer"]),
        f"{score['prompt_tokens_mean']:.0f}",
    )


def _answer_text(row: dict[str, Any], name: str) -> str:
    if row[name] is not None:
        return _one_line(row[name])
    return _one_line(f"no answer: {row['missing'][name]['message']}")


def _one_line(text: str, *, longest: int = 160) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
