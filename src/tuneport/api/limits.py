"""How many requests a minute a key has, and what is left of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tuneport.api.access import caller_of
from tuneport.api.errors import error_response
from tuneport.config import Settings
from tuneport.core import Clock, RateLimited
from tuneport.workspace import OWNER_KEY_ID, Caller


@dataclass(frozen=True)
class Allowance:
    """What a key has after a request."""

    limit: int
    remaining: int
    reset_seconds: int
    """Until all of `limit` is there again."""
    wait_seconds: int
    """Until the next request is answered; 0 where this one is."""

    def headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-limit-requests": str(self.limit),
            "x-ratelimit-remaining-requests": str(self.remaining),
            "x-ratelimit-reset-requests": _duration_text(self.reset_seconds),
        }


class TokenBuckets:
    """One bucket a key, of a minute's requests, which fills again as time goes by."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left: dict[str | None, tuple[float, int]] = {}

    def take(self, key_id: str | None, limit: int) -> Allowance:
        """Take one request out of the key's bucket, if there is one."""
        now = self._clock.now()
        left, at = self._left.get(key_id, (float(limit), now))
        # A clock that is set back fills nothing, and takes nothing away.
        left = min(float(limit), left + max(0, now - at) * limit / 60)
        is_answered = left >= 1
        left -= is_answered
        self._left[key_id] = (left, now)
        return Allowance(
            limit=limit,
            remaining=int(left),
            reset_seconds=math.ceil((limit - left) * 60 / limit),
            wait_seconds=0 if is_answered else max(1, math.ceil((1 - left) * 60 / limit)),
        )


class RateLimit:
    """Answers 429 to a key that has asked too often, and says on every answer what is left."""

    def __init__(self, app: ASGIApp, settings: Settings, clock: Clock) -> None:
        self._app = app
        self._settings = settings
        self._buckets = TokenBuckets(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = caller_of(scope)
        limit = self._limit_of(caller) if caller else None
        if caller is None or limit is None:
            await self._app(scope, receive, send)
            return
        allowance = self._buckets.take(caller.key_id, limit)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(allowance.headers())
            await send(message)

        if allowance.wait_seconds:
            response = error_response(_refusal(allowance))
            response.headers["retry-after"] = str(allowance.wait_seconds)
            await response(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)

    def _limit_of(self, caller: Caller) -> int | None:
        if caller.key_id == OWNER_KEY_ID:
            return None
        if caller.key_id is None:
            return self._settings.requests_per_minute_without_key
        return self._settings.requests_per_minute


def _refusal(allowance: Allowance) -> RateLimited:
    return RateLimited(
        f"This key has asked {allowance.limit} times within a minute, which is its limit. "
        f"Ask again in {allowance.wait_seconds} s; the owner of the server sets the limit."
    )


def _duration_text(seconds: int) -> str:
    """As OpenAI writes it: `1s`, `6m0s`."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
