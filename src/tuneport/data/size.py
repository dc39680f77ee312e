"""Whether a file has rows enough."""

from __future__ import annotations

from tuneport.data.rules import MIN_TRAINING_ROWS

GOOD_START = 50
HARD_TASK = 1000


def judge_size(n_rows: int) -> str:
    """Give a sentence on the number of training rows. Source: OpenAI's guide and Microsoft's AI Playbook."""
    if n_rows < MIN_TRAINING_ROWS:
        return f"Too few: a training file needs at least {MIN_TRAINING_ROWS} rows."
    if n_rows < GOOD_START:
        return f"Few: it can be trained, but {GOOD_START} good rows are where an effect is to be expected."
    if n_rows < HARD_TASK:
        return "Enough for a narrow task, such as a format or a tone; hard tasks take thousands of rows."
    return "Enough for most tasks; good and varied rows count for more than further ones."
