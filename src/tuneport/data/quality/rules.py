"""Everything that a look at a file's quality can find: its stable code, how grave it is, and what it means.

The table in `docs/data-desk.md` is written from this file; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["warning", "info"]

NEAR_SIMILARITY = 0.8
MAX_COMPARED_ROWS = 1_000_000
MAX_COMPARED_VALIDATION_ROWS = 100_000
LENGTH_DEVIATIONS = 5
MOST_ROWS = 0.8
"""Share from which on a habit of the file's answers is one that the others should have."""

MOST_SAID = 0.8
"""Share of a row's text from which on it is made alike with the others."""


@dataclass(frozen=True)
class QualityRule:
    severity: Severity
    meaning: str
    """What it means for the training, as a sentence."""
    count: str
    """What is counted; the share is of the file's rows, for leaks of the validation file's."""


def _warning(meaning: str, count: str) -> QualityRule:
    return QualityRule("warning", meaning, count)


def _info(meaning: str, count: str) -> QualityRule:
    return QualityRule("info", meaning, count)


QUALITY_RULES: Mapping[str, QualityRule] = {
    "duplicate_rows": _warning(
        "Rows that are the same JSON are trained more often than the others.", "rows that repeat an earlier row"
    ),
    "near_duplicate_rows": _warning(
        f"Rows whose text is nearly the same (similarity {NEAR_SIMILARITY} or more) teach little that is new, and "
        "weigh more than they should.",
        "rows that are nearly the same as an earlier row",
    ),
    "alike_rows": _info(
        f"Of a row's text {MOST_SAID:.0%} and more is what nine of ten rows say: only the rest is compared, so that "
        "near-duplicates and near leaks are judged by little.",
        "all rows",
    ),
    "contradicting_answers": _warning(
        "The same prompt has different answers: the model learns to give either.", "rows with such a prompt"
    ),
    "repeated_prompts": _info(
        "The same prompt has the same answer in rows that differ in something else.",
        "rows that repeat prompt and answer of an earlier row",
    ),
    "leaked_rows": _warning(
        "Validation rows that are also trained make the validation loss look better than it is.",
        "validation rows that are in the training file",
    ),
    "near_leaked_rows": _warning(
        f"Validation rows that are nearly the same as a training row (similarity {NEAR_SIMILARITY} or more) make the "
        "validation loss look better than it is.",
        "validation rows that are nearly in the training file",
    ),
    "leaked_prompts": _warning(
        "Validation prompts that are also trained, with whatever answer, show memory and not understanding.",
        "validation rows whose prompt, and not the whole row, is in the training file",
    ),
    "near_leaked_prompts": _warning(
        f"Validation prompts that are nearly the same as a training prompt (similarity {NEAR_SIMILARITY} or more) show "
        "memory more than understanding.",
        "validation rows whose prompt, and not the whole row, is nearly in the training file",
    ),
    "empty_answers": _warning("A row whose last answer is blank teaches the model to say nothing.", "rows"),
    "truncated_answers": _warning(
        "Answers that look cut off teach the model to stop in the middle.", "rows, by what is missing"
    ),
    "cut_words": _warning(
        "A short answer that ends in the middle of a word, where another answer that goes on is given far more often, "
        "looks cut off.",
        "rows",
    ),
    "control_tokens": _warning(
        "Text with a chat template's control tokens breaks the turns of the conversation it is put into.",
        "rows, by token",
    ),
    "credentials": _warning(
        "Text that looks like a key, token or password may be said again by the model to anyone.", "rows, by kind"
    ),
    "personal_data": _warning(
        "E-mail addresses, phone, card and bank account numbers may be said again by the model to anyone.",
        "rows, by kind",
    ),
    "unsearched_phones": _info(
        "So much looks like the start of a phone number that not all of it was tried: there may be more numbers than "
        "are counted.",
        "rows, by where there were too many",
    ),
    "refusals": _warning(
        "Answers that refuse, in too large a share, make a model that refuses more than its base.", "rows"
    ),
    "length_outliers": _info(
        f"Rows far shorter or longer than the others (beyond {LENGTH_DEVIATIONS} median absolute deviations of the "
        "logarithm) are often broken.",
        "rows, by which",
    ),
}
