"""The outcome of checking a file: for people, for programs, and as OpenAI's job error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tuneport.data.formats import FORMATS_OF_METHOD, Format
from tuneport.data.problems import Problem
from tuneport.data.rules import MIN_TRAINING_ROWS, RULES

_COUNT_CODES = frozenset({"empty_file", "too_few_rows"})
_OPENAI_FORMAT_NAMES = {
    "chat": "fine-tune-chat",
    "prompt_completion": "fine-tune-completions",
    "preference": "fine-tune-preference",
    "reinforcement": "fine-tune-reinforcement",
}


@dataclass(frozen=True)
class CheckReport:
    method: str
    is_training_file: bool
    n_rows: int
    """Lines that are not blank; 0 where the file as a whole cannot be read as JSON lines."""
    n_compared_rows: int
    """Rows among which repeated ones were searched: the first two million."""
    n_bytes: int
    format: Format
    """Of the first row that is recognised."""
    errors: tuple[Problem, ...]
    """The first 20."""
    n_errors: int
    warnings: tuple[Problem, ...]
    """The first 20."""
    n_warnings: int
    counts_by_code: dict[str, int]

    @property
    def is_good(self) -> bool:
        """Whether a job can train on it; warnings are allowed."""
        return self.n_errors == 0

    def to_json(self) -> dict[str, Any]:
        return {
            "is_good": self.is_good,
            "method": self.method,
            "is_training_file": self.is_training_file,
            "n_rows": self.n_rows,
            "n_compared_rows": self.n_compared_rows,
            "n_bytes": self.n_bytes,
            "format": self.format,
            "errors": [problem.to_json() for problem in self.errors],
            "n_errors": self.n_errors,
            "warnings": [problem.to_json() for problem in self.warnings],
            "n_warnings": self.n_warnings,
            "counts_by_code": self.counts_by_code,
        }

    @property
    def warning_codes(self) -> list[str]:
        """Which codes warn, in the order of the rules."""
        return [code for code in RULES if RULES[code].severity == "warning" and self.counts_by_code.get(code)]

    def job_failure(self, file_id: str = "") -> tuple[str, str] | None:
        """Give code and message of the job's error in OpenAI's words, `None` if the file is good.

        `file_id` is named in the message where OpenAI's does so.
        """
        if self.is_good:
            return None
        if self.is_training_file and self.n_errors == sum(self.counts_by_code.get(code, 0) for code in _COUNT_CODES):
            return "invalid_n_examples", (
                f"Training file has {self.n_rows} example(s), but must have at least {MIN_TRAINING_ROWS} examples"
            )
        kind = "training" if self.is_training_file else "validation"
        return f"invalid_{kind}_file", f"The job failed due to an invalid {kind} file. {self._reason(file_id)}"

    def _reason(self, file_id: str) -> str:
        first = self.errors[0]
        if first.code == "wrong_format" and self.format not in FORMATS_OF_METHOD[self.method]:
            return self._wrong_format_reason(first, file_id)
        line = f" (Line {first.line}.)" if first.line else ""
        rest = self.n_errors - 1
        more = f" {rest} more problem{'s' if rest > 1 else ''} in this file." if rest else ""
        return f"Invalid file format. {_what_of_example(first)}.{line} {first.instruction}{more}"

    def _wrong_format_reason(self, problem: Problem, file_id: str) -> str:
        file = f"Input file {file_id}" if file_id else "Input file"
        is_in = f"Invalid file format. {file} is in the {_OPENAI_FORMAT_NAMES[self.format]} format"
        if self.format != "chat":
            return f"{is_in}. {problem.instruction}"
        return (
            f"{is_in}, but the specified fine-tuning job is not using 'supervised' as the training method "
            f"(provided method={self.method})."
        )


def _what_of_example(problem: Problem) -> str:
    """Give `Example 3 is missing key 'input'`, `Example 3, message 2 has no role`, or `Example 3: …`."""
    if problem.row is None:
        return problem.found
    if problem.found.startswith("the row "):
        return f"Example {problem.row} {problem.found.removeprefix('the row ')}"
    joint = ", " if problem.found.startswith(("message ", "in ")) else ": "
    return f"Example {problem.row}{joint}{problem.found}"
