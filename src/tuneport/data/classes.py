"""When answers are classes: few and short, so that rows choose from them."""

from __future__ import annotations

MOST_CLASSES = 200
LONGEST_CLASS = 64
"""Characters; a longer answer is a text and no class."""
