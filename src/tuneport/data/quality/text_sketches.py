"""Texts that come one by one, sketched many at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tuneport.data.quality.sketches import MAX_TEXT_BYTES, N_HASHES, Shingles, Sketches, sketch_texts

_BATCH_CHARACTERS = 2**21
_BATCH_TEXTS = 2**12

Places = NDArray[np.int64]
Receiver = Callable[[Places, Sketches], None]


class TextSketches:
    """Gives the sketches of texts, with the places that they came with, to `receive`. Blank texts are left out."""

    def __init__(self, boilerplate: Shingles, max_texts: int, receive: Receiver) -> None:
        self.n_texts = 0
        self._boilerplate = boilerplate
        self._max_texts = max_texts
        self._receive = receive
        self._places: list[int] = []
        self._texts: list[str] = []
        self._n_characters = 0

    def add(self, place: int, text: str) -> None:
        if not text or text.isspace() or self.n_texts >= self._max_texts:
            return
        self.n_texts += 1
        self._places.append(place)
        self._texts.append(text[:MAX_TEXT_BYTES])
        self._n_characters += len(self._texts[-1])
        if self._n_characters >= _BATCH_CHARACTERS or len(self._texts) >= _BATCH_TEXTS:
            self.finish()

    def finish(self) -> None:
        """Give what waits for a full batch."""
        if self._texts:
            self._receive(np.array(self._places, np.int64), sketch_texts(self._texts, self._boilerplate))
            self._places, self._texts, self._n_characters = [], [], 0


class KeptSketches:
    """Receives sketches and keeps them all: 264 bytes each."""

    def __init__(self) -> None:
        self._places = bytearray()
        self._sketches = bytearray()

    def receive(self, places: Places, sketches: Sketches) -> None:
        self._places += places.tobytes()
        self._sketches += sketches.tobytes()

    def read(self) -> tuple[Places, Sketches]:
        return np.frombuffer(self._places, np.int64), np.frombuffer(self._sketches, np.uint16).reshape(-1, N_HASHES)
