"""The choice of groups that are held out: by chance, and of each class its share."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuneport.data.split_groups import RowGroups


def choose_groups(groups: RowGroups, n_wanted: int, *, seed: int) -> set[int]:
    """Give the groups of the validation part: as many rows as wanted where groups allow it, never more by choice.

    Only where every group is larger than what is wanted, the smallest one is taken.
    """
    order = list(range(len(groups.sizes)))
    random.Random(seed).shuffle(order)
    left_of_class = _rows_of_class(groups, n_wanted)
    chosen: set[int] = set()
    for group in order:
        if groups.sizes[group] <= left_of_class[groups.class_of_group[group]]:
            left_of_class[groups.class_of_group[group]] -= groups.sizes[group]
            chosen.add(group)
    # What no group of its class could fill, one of another class may.
    n_left = left_of_class.total()
    for group in order:
        if group not in chosen and groups.sizes[group] <= n_left:
            n_left -= groups.sizes[group]
            chosen.add(group)
    return chosen or {min(order, key=lambda group: groups.sizes[group])}


def _rows_of_class(groups: RowGroups, n_wanted: int) -> Counter[int]:
    """Share `n_wanted` among the classes by their rows; what remains goes to the largest remainders."""
    n_rows: Counter[int] = Counter()
    for size, number in zip(groups.sizes, groups.class_of_group, strict=True):
        n_rows[number] += size
    exact = {number: n_wanted * count / n_rows.total() for number, count in n_rows.items()}
    wanted = Counter({number: int(share) for number, share in exact.items()})
    by_remainder = sorted(exact, key=lambda number: (wanted[number] - exact[number], number))
    for number in by_remainder[: n_wanted - wanted.total()]:
        wanted[number] += 1
    return wanted
