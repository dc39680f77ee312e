"""Phone numbers in text. Trying one takes long, so of each text and of each file only so many are tried."""

from __future__ import annotations

import re
from itertools import islice
from typing import Literal

MAX_TRIED_OF_TEXT = 20
MAX_TRIED_OF_FILE = 100_000
# The shortest numbers have seven digits with the country's code, and up to four signs between them.
_START = re.compile(r"[+\uff0b][ (]?\d(?=(?:[^\d+\uff0b]{0,4}\d){6})")
_CHARACTERS = 40

Found = Literal["phone", "many_in_text", "many_in_file"]


class PhoneSearch:
    """Searches the texts of one file."""

    def __init__(self, max_tried: int = MAX_TRIED_OF_FILE) -> None:
        self._n_left = max_tried

    def find(self, text: str) -> Found | None:
        """Tell whether there is a valid number with a country's code: without one it could be any number.

        "many_in_text" and "many_in_file" say which limit left starts of numbers untried.
        """
        starts = [found.start() for found in islice(_START.finditer(text), MAX_TRIED_OF_TEXT + 1)]
        if not starts:
            return None
        from phonenumbers import PhoneNumberMatcher

        for start in starts[:MAX_TRIED_OF_TEXT]:
            if not self._n_left:
                return "many_in_file"
            self._n_left -= 1
            if PhoneNumberMatcher(text[start : start + _CHARACTERS], None).has_next():
                return "phone"
        return "many_in_text" if len(starts) > MAX_TRIED_OF_TEXT else None
