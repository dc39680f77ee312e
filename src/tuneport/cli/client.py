"""The wire, as every command speaks it: JSON requests, uploads, server-sent events, and errors in our own words."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import httpx

from tuneport.cli.counted_file import CountedFile
from tuneport.config import LOOPBACK_HOSTS
from tuneport.core import (
    Conflict,
    EngineFailed,
    Forbidden,
    InvalidRequest,
    ModelPullFailed,
    NotFound,
    RateLimited,
    ServerUnreachable,
    StorageFull,
    StreamedLines,
    TuneportError,
    Unauthorized,
    storage_errors,
)

_ERROR_OF_STATUS: dict[int, type[TuneportError]] = {
    400: InvalidRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: InvalidRequest,
    422: InvalidRequest,
    429: RateLimited,
    502: ModelPullFailed,
    503: EngineFailed,
    507: StorageFull,
}
_TIMEOUT = httpx.Timeout(300, connect=10)
_PATIENT_TIMEOUT = httpx.Timeout(3600, connect=10)
_QUICK_SECONDS = 5


class Client:
    """One server. `url` is its address, with or without `/v1`; `log_file` is where a server of ours writes.

    `stays`: whether it goes on when no command needs it.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        log_file: Path | None = None,
        stays: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/").removesuffix("/v1") + "/v1"
        self.stays = stays
        self._log_file = log_file
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        # Proxies of the environment are meant for the internet, not for a server on this machine.
        is_local = urlsplit(self.url).hostname in LOOPBACK_HOSTS
        self._http = httpx.Client(
            base_url=self.url, headers=headers, timeout=_TIMEOUT, transport=transport, trust_env=not is_local
        )

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        return self._request("GET", path, params=parameters)

    def get_patiently(self, path: str, **parameters: Any) -> dict[str, Any]:
        """As `get`, of what the server may work at for minutes."""
        return self._request("GET", path, params=parameters, timeout=_PATIENT_TIMEOUT)

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._request("POST", path, json=body or {})

    def post_patiently(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """As `post`, of what the server may work at for minutes."""
        return self._request("POST", path, json=body, timeout=_PATIENT_TIMEOUT)

    def delete(self, path: str) -> dict[str, Any]:
        return self._request("DELETE", path)

    def upload(self, path: Path, on_sent: Callable[[int], None]) -> dict[str, Any]:
        """Upload a data file, streamed from disk; gives the file object. `on_sent` is told how many bytes have gone."""
        with path.open("rb") as file:
            # Of all that httpx's type of a file can do, httpx uses what this one can.
            counted = cast(BinaryIO, CountedFile(file, on_sent))
            return self._request("POST", "files", data={"purpose": "fine-tune"}, files={"file": (path.name, counted)})

    def upload_part(self, upload_id: str, part: bytes) -> dict[str, Any]:
        """Add a part to an upload in parts; gives the part's object."""
        return self._request("POST", f"uploads/{upload_id}/parts", files={"data": ("part", part)})

    def download(self, path: str, target: Path) -> None:
        """Write the bytes that `path` answers to the file `target`, which is there whole or stays as it was."""
        partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
        try:
            with self._transport_errors(), self._http.stream("GET", path) as response:
                if response.is_error:
                    response.read()
                    raise _wire_error(response)
                with storage_errors(target.parent), partial.open("wb") as file:
                    for chunk in response.iter_bytes():
                        file.write(chunk)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)

    def stream(self, path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """POST `body` and give the JSON of each server-sent event, up to `[DONE]` or the end."""
        return self._stream("POST", path, json=body)

    def follow(self, path: str, **parameters: Any) -> Generator[dict[str, Any]]:
        """GET what the server may work at for minutes, as the JSON of each server-sent event."""
        return self._stream("GET", path, params={**parameters, "stream": "true"}, timeout=_PATIENT_TIMEOUT)

    def is_healthy(self) -> bool:
        try:
            return self._http.get(self.url.removesuffix("/v1") + "/health", timeout=_QUICK_SECONDS).is_success
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        self._http.close()

    def _request(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        with self._transport_errors():
            response = self._http.request(method, path, **options)
        if response.is_error:
            raise _wire_error(response)
        try:
            body: dict[str, Any] = response.json()
        except ValueError as error:
            raise ServerUnreachable(
                f"{response.url} answered something that is not JSON. Is {self.url!r} the address of a server that "
                "speaks OpenAI's API? Check --endpoint and TUNEPORT_URL."
            ) from error
        return body

    def _stream(self, method: str, path: str, **options: Any) -> Generator[dict[str, Any]]:
        with self._transport_errors(), self._http.stream(method, path, **options) as response:
            if response.is_error:
                response.read()
                raise _wire_error(response)
            for line in _lines(response):
                if line.startswith("data:") and (text := line[5:].strip()) != "[DONE]":
                    yield _check_event(json.loads(text))

    @contextmanager
    def _transport_errors(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException as error:
            raise ServerUnreachable(f"{self.url} did not answer in time. {self._what_to_do()}") from error
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise ServerUnreachable(f"{self.url}: no server answers there ({error}). {self._what_to_do()}") from error

    def _what_to_do(self) -> str:
        if self._log_file is None:
            return "Check --endpoint and TUNEPORT_URL, and that the server runs."
        return f"The server's log is {self._log_file}. Jobs are kept: the next server on this home goes on with them."


def _lines(response: httpx.Response) -> Iterator[str]:
    lines = StreamedLines()
    for piece in response.iter_bytes():
        yield from lines.add(piece)
    yield from lines.end()


def _wire_error(response: httpx.Response) -> TuneportError:
    """Give our error for an answer that is not a success, with the message that the server sent."""
    try:
        error = response.json()["error"]
        message, code, param = error["message"], error.get("code"), error.get("param")
    except (ValueError, KeyError, TypeError):
        message, code, param = f"{response.url} answered {response.status_code} {response.reason_phrase}.", None, None
    if response.status_code == httpx.codes.UNAUTHORIZED:
        message += " Commands take the key from TUNEPORT_API_KEY."
    return _ERROR_OF_STATUS.get(response.status_code, TuneportError)(message, code, param)


def _check_event(event: dict[str, Any]) -> dict[str, Any]:
    """An error after the first byte of a stream cannot change the status, so it comes as an event."""
    if isinstance(error := event.get("error"), dict):
        kind = InvalidRequest if error.get("type") == "invalid_request_error" else TuneportError
        raise kind(str(error.get("message")), error.get("code"), error.get("param"))
    return event
