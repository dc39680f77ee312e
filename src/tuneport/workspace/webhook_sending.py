"""One delivery of an event to one webhook."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import httpx

from tuneport.config import LOOPBACK_HOSTS
from tuneport.workspace.webhook_record import WebhookEvent, signature_headers

SEND_SECONDS = 10.0
"""From the first packet to the status: a receiver that answers byte by byte has no longer."""


def send_event(url: str, secret: str, event: WebhookEvent, *, at: int) -> int:
    """POST the event, signed; give the status of the answer. Raises `httpx.HTTPError` where there is none.

    Redirects are not followed: whoever may answer for this address may not choose another.
    """
    body = event.body()
    headers = {"content-type": "application/json", "user-agent": "Tuneport"}
    headers |= signature_headers(secret, event, body, at=at)
    # Proxies of the environment are meant for the internet, not for this machine.
    is_local = urlsplit(url).hostname in LOOPBACK_HOSTS
    try:
        return asyncio.run(_post(url, body, headers, trust_env=not is_local))
    except TimeoutError as error:
        raise httpx.ReadTimeout(f"it did not answer within {SEND_SECONDS:g} s") from error
    except (httpx.InvalidURL, ValueError) as error:
        # Of a name that no machine can have: no HTTPError to the library, and no defect of ours.
        raise httpx.RequestError(f"{urlsplit(url).hostname!r} is no machine's name: {error}") from error


async def _post(url: str, body: bytes, headers: dict[str, str], *, trust_env: bool) -> int:
    async with (
        asyncio.timeout(SEND_SECONDS),
        httpx.AsyncClient(timeout=SEND_SECONDS, follow_redirects=False, trust_env=trust_env) as client,
        # What it answers beside the status is never read, however long it is.
        client.stream("POST", url, content=body, headers=headers) as answer,
    ):
        return answer.status_code
