"""Which rows must not be parted: those that ask the same, or nearly so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuneport.data.quality.boilerplate import find_boilerplate
from tuneport.data.quality.near_rows import group_near
from tuneport.data.quality.row import as_quality_row
from tuneport.data.quality.rules import MAX_COMPARED_ROWS
from tuneport.data.quality.text_sketches import KeptSketches, TextSketches
from tuneport.data.split_keys import AnswerClasses, PromptKeys
from tuneport.data.whole_rows import read_whole_rows

MAX_NEAR_SHARE = 0.5
"""Of all different prompts; a larger group of near ones says only that rows are made alike."""
EQUAL_WORDS = "prompts of the same words"
NEAR = "prompts of the same or nearly the same words"

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class RowGroups:
    group_of_row: Numbers
    sizes: list[int]
    """Rows of each group."""
    class_of_group: list[int]
    """Which answer the first row of the group has; 0 for all where answers are free text."""
    n_classes: int | None
    """`None` where answers are free text."""
    grouped_by: str
    n_unreadable: int


def group_rows(path: Path) -> RowGroups:
    """Read the file once. Raises `DataError` where it is no JSON lines."""
    prompts, classes, kept = PromptKeys(), AnswerClasses(), KeptSketches()
    texts = TextSketches(find_boilerplate(path).shingles, MAX_COMPARED_ROWS, kept.receive)
    n_unreadable = 0
    for raw in read_whole_rows(path):
        n_unreadable += raw.mistake is not None
        row = as_quality_row(raw)
        if prompts.add(raw, row):
            classes.add(row)
            texts.add(len(prompts) - 1, "" if row is None else row.prompt_text)
    texts.finish()
    prompt_of_row = np.array(prompts.number_of_row, np.int64)
    first_of_prompt = _join_near(len(prompts), kept)
    is_given_up = _part_too_large(first_of_prompt)
    is_near = not is_given_up or bool((first_of_prompt != np.arange(len(prompts))).any())
    firsts, group_of_row, sizes = np.unique(first_of_prompt[prompt_of_row], return_inverse=True, return_counts=True)
    n_classes = classes.count(len(prompt_of_row))
    class_of_prompt = np.array(classes.class_of_prompt, np.int64)
    return RowGroups(
        group_of_row=group_of_row,
        sizes=sizes.tolist(),
        class_of_group=class_of_prompt[firsts].tolist() if n_classes else [0] * len(firsts),
        n_classes=n_classes,
        grouped_by=NEAR if is_near else EQUAL_WORDS,
        n_unreadable=n_unreadable,
    )


def _join_near(n_prompts: int, kept: KeptSketches) -> Numbers:
    """Give for each prompt the first one of its group."""
    firsts = np.arange(n_prompts)
    places, sketches = kept.read()
    if len(places):
        firsts[places] = places[group_near(sketches)]
    return firsts


def _part_too_large(first_of_prompt: Numbers) -> bool:
    """Make each prompt of a group that is too large its own first; say whether there was such a group."""
    n_prompts = np.bincount(first_of_prompt, minlength=len(first_of_prompt))
    is_too_large = n_prompts > max(1, MAX_NEAR_SHARE * len(first_of_prompt))
    parted = np.flatnonzero(is_too_large[first_of_prompt])
    first_of_prompt[parted] = parted
    return len(parted) > 0
