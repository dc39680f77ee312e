"""Short answers that end in the middle of a word: labels of classes that lost their end."""

from __future__ import annotations

from collections.abc import Iterator

from tuneport.data.problems import N_SHOWN
from tuneport.data.quality.report import QualityFinding, share_of
from tuneport.data.quality.row import Row

_LONGEST_ANSWER = 60
_MAX_ANSWERS = 1000
_TIMES_AS_OFTEN = 5


class CutWords:
    """Looks at files whose short answers are few, as those of a classification are."""

    def __init__(self) -> None:
        self._n_rows = 0
        self._lines: dict[str, list[int]] = {}
        self._counts: dict[str, int] = {}

    def look(self, row: Row) -> None:
        self._n_rows += 1
        answer = (row.answer or "").strip()
        if not 0 < len(answer) <= _LONGEST_ANSWER:
            return
        if answer not in self._counts and len(self._counts) >= _MAX_ANSWERS:
            return
        self._counts[answer] = self._counts.get(answer, 0) + 1
        lines = self._lines.setdefault(answer, [])
        if len(lines) < N_SHOWN:
            lines.append(row.line)

    def findings(self) -> Iterator[QualityFinding]:
        cut = list(self._cut_answers())
        if cut:
            count = sum(self._counts[answer] for answer in cut)
            lines = sorted(line for answer in cut for line in self._lines[answer])[:N_SHOWN]
            yield QualityFinding("cut_words", count, share_of(count, self._n_rows), tuple(lines), {})

    def _cut_answers(self) -> Iterator[str]:
        answers = sorted(self._counts)
        for index, answer in enumerate(answers):
            for longer in answers[index + 1 :]:
                if not longer.startswith(answer):
                    break
                goes_on = answer[-1].isalpha() and longer[len(answer)].isalpha()
                if goes_on and self._counts[longer] >= _TIMES_AS_OFTEN * self._counts[answer]:
                    yield answer
                    break
