"""Numbers for keys, in far less memory than a dictionary takes: there is one for each row of a file."""

from __future__ import annotations

from array import array

_KEY_BITS = 64
_FIRST_SLOTS = 2**10
_FREE = -1


class NumberedKeys:
    """Numbers keys of 64 bits in the order in which they come; each takes 24 to 40 bytes."""

    def __init__(self) -> None:
        self._keys = array("Q")
        # Number of a key, at the first free slot from the one that its last bits name.
        self._slots = array("q", [_FREE]) * _FIRST_SLOTS

    def __len__(self) -> int:
        return len(self._keys)

    def number_of(self, key: int) -> int:
        """Give the number of a key, from 0; a new key gets the next one. `key`: of it the last 64 bits count."""
        key &= (1 << _KEY_BITS) - 1
        slot = self._find_slot(key)
        number = self._slots[slot]
        if number != _FREE:
            return number
        number = self._slots[slot] = len(self._keys)
        self._keys.append(key)
        if 2 * len(self._keys) > len(self._slots):
            self._grow()
        return number

    def _find_slot(self, key: int) -> int:
        """Give where the key is, or the free slot where it belongs."""
        slots, last = self._slots, len(self._slots) - 1
        slot = key & last
        while slots[slot] != _FREE and self._keys[slots[slot]] != key:
            slot = (slot + 1) & last
        return slot

    def _grow(self) -> None:
        self._slots = array("q", [_FREE]) * (2 * len(self._slots))
        for number, key in enumerate(self._keys):
            self._slots[self._find_slot(key)] = number
