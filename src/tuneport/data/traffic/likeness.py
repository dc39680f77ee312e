"""How like training rows requests are, measured by how like each other training rows are."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuneport.data.problems import N_SHOWN
from tuneport.data.traffic.asked_texts import AskedText
from tuneport.data.traffic.report import Likeness, SomeRequests
from tuneport.data.traffic.text_vectors import Vectors, vectorize

UNLIKE_SHARE = 0.05
_CERTAIN = 3
"""Standard errors beyond which a share is no chance."""


def find_likeness(rows: Sequence[AskedText], requests: Sequence[AskedText]) -> Likeness | None:
    """Give `None` for fewer than two different texts of rows.

    A row that is there twice would be like itself, so one of each counts.
    """
    texts = list(dict.fromkeys(row.text for row in rows))
    if len(texts) < 2 or not requests:
        return None
    of_rows, of_requests = vectorize(texts, [request.text for request in requests])
    among_rows = _nearest(of_rows, of_rows, is_same=True)
    similarities = _nearest(of_requests, of_rows, is_same=False)
    limit = float(np.quantile(among_rows, UNLIKE_SHARE, method="inverted_cdf"))
    unlike = np.flatnonzero(similarities < limit)
    share = len(unlike) / len(requests)
    # Both the limit and the share come from a sample.
    error = math.sqrt(UNLIKE_SHARE * (1 - UNLIKE_SHARE) * (1 / len(texts) + 1 / len(requests)))
    least_like_first = unlike[np.argsort(similarities[unlike], kind="stable")]
    return Likeness(
        n_compared_rows=len(texts),
        n_compared_requests=len(requests),
        similarity_of_rows=round(float(np.median(among_rows)), 2),
        similarity_of_requests=round(float(np.median(similarities)), 2),
        unlike_similarity=round(limit, 2),
        unlike=SomeRequests(len(unlike), tuple(requests[place].line for place in least_like_first[:N_SHOWN])),
        unlike_share=round(share, 4),
        is_more_than_chance=share > UNLIKE_SHARE + _CERTAIN * error,
    )


def _nearest(vectors: Vectors, others: Vectors, *, is_same: bool) -> NDArray[np.float32]:
    """Give the similarity of each to the most like of the others; with `is_same` no vector is its own other."""
    similarities = vectors @ others.T
    if is_same:
        np.fill_diagonal(similarities, -np.inf)
    found: NDArray[np.float32] = similarities.max(axis=1)
    return np.clip(found, 0, 1)
