"""Every text of a row, searched for what should not be in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from tuneport.data.problems import N_SHOWN
from tuneport.data.quality.control_tokens import control_token_kinds
from tuneport.data.quality.credentials import credential_kinds
from tuneport.data.quality.fields import text_fields
from tuneport.data.quality.personal_data import personal_data_kinds
from tuneport.data.quality.phones import PhoneSearch
from tuneport.data.quality.report import QualityFinding, RowTally
from tuneport.data.quality.row import Row

_SEARCHES = {
    "control_tokens": control_token_kinds,
    "credentials": credential_kinds,
    "personal_data": personal_data_kinds,
}
_REMEMBERED_TEXTS = 1024
_LONGEST_REMEMBERED = 10_000


class TextScan:
    def __init__(self) -> None:
        self._n_rows = 0
        self._tallies = {code: RowTally(code) for code in (*_SEARCHES, "unsearched_phones")}
        self._phones = PhoneSearch()
        # Instructions and tools come again in every row.
        self._remembered_kinds = lru_cache(_REMEMBERED_TEXTS)(self._kinds)

    def look(self, row: Row) -> None:
        self._n_rows += 1
        places: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
        for field, text in text_fields(row.value):
            search = self._remembered_kinds if len(text) <= _LONGEST_REMEMBERED else self._kinds
            for code, kind in search(text):
                path = field.path if len(places[code]) < N_SHOWN else ""
                places[code][path, kind] = None
        for code, found in places.items():
            self._tallies[code].add(row.line, found)

    def findings(self) -> Iterator[QualityFinding]:
        for tally in self._tallies.values():
            yield from tally.findings(self._n_rows)

    def _kinds(self, text: str) -> tuple[tuple[str, str], ...]:
        found = [(code, kind) for code, search in _SEARCHES.items() for kind in sorted(search(text))]
        phone = self._phones.find(text)
        if phone is not None:
            found.append(("personal_data" if phone == "phone" else "unsearched_phones", phone))
        return tuple(found)
