"""What OpenAI's API has and this server will not: said by name, so that no one looks for a mistake of their own."""

from __future__ import annotations

import re

from tuneport.core import NotFound

NOT_SUPPORTED = {
    "assistants": "assistants",
    "audio": "audio",
    "chatkit": "ChatKit",
    "containers": "containers",
    "conversations": "stored conversations",
    "images": "images",
    "moderations": "moderations",
    "organization": "the administration of an organisation",
    "realtime": "realtime sessions",
    "skills": "skills",
    "threads": "threads",
    "vector_stores": "vector stores",
    "videos": "videos",
}
"""First part of the path → what it is."""
_AREA = re.compile(r"/(?:v1|openai)(?:/deployments/[^/]+)?/([a-z_]+)(?:/|$)")


def refusal_of(path: str) -> NotFound | None:
    """Give the error for a path of OpenAI's API that is out of scope; `None` for any other."""
    match = _AREA.match(path)
    area = match.group(1) if match else ""
    if area not in NOT_SUPPORTED:
        return None
    return NotFound(
        f"Tuneport does not do {NOT_SUPPORTED[area]}. It fine-tunes language models and serves them: files, uploads, "
        "fine_tuning, models, chat/completions, completions, embeddings, responses and batches. Send this request to "
        "another service.",
        code="not_supported_here",
    )
