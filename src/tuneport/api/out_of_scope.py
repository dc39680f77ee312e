"""What OpenAI's API has and this server lacks: said by name, so that no one looks for a mistake of their own."""

from __future__ import annotations

import re

from tuneport.core import NotFound

NOT_SUPPORTED = {
    "assistants": "assistants",
    "audio": "audio",
    "chatkit": "ChatKit",
    "containers": "containers",
    "content_provenance_checks": "checks of where content comes from",
    "conversations": "stored conversations",
    "images": "images",
    "moderations": "moderations",
    "organization": "the administration of an organisation",
    "projects": "the administration of OpenAI's projects; its own are under /v1/tuneport/projects",
    "realtime": "realtime sessions",
    "responses/compact": "the shortening of conversations",
    "responses/input_tokens": "the counting of tokens before a request",
    "skills": "skills",
    "threads": "threads",
    "vector_stores": "vector stores",
    "videos": "videos",
}
"""Beginning of the path → what it is."""
PLANNED = {"evals": "evals", "fine_tuning/alpha": "graders"}
_PATH = re.compile(r"/(?:v1|openai)/(?:deployments/[^/]+/)?(.+)", re.DOTALL)


def refusal_of(path: str) -> NotFound | None:
    """Give the error for a path of OpenAI's API that this server lacks; `None` for any other."""
    match = _PATH.fullmatch(path)
    parts = match.group(1).split("/") if match else []
    # No path of OpenAI's names an area by more than two parts.
    for area in (parts[0], "/".join(parts[:2])) if parts else ():
        if area in NOT_SUPPORTED:
            return NotFound(
                f"Tuneport does not do {NOT_SUPPORTED[area]}. It fine-tunes language models and serves them: files, "
                "uploads, fine_tuning, models, chat/completions, completions, embeddings, responses and batches. Send "
                "this request to another service.",
                code="not_supported_here",
            )
        if area in PLANNED:
            return NotFound(
                f"There are no {PLANNED[area]} here yet; they are planned. Send this request to another service.",
                code="planned",
            )
    return None
