"""What an upload's form holds, as a hash that does not depend on how its parts are set apart."""

from __future__ import annotations

import hashlib

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.types import Message, Receive

NO_FORM = ""
"""The digest of a body that is no whole form: no two such bodies are taken for the same."""


class FormDigest:
    """Hashes the body of a request on its way to whoever reads it."""

    def __init__(self, content_type: str, receive: Receive) -> None:
        self._receive = receive
        self._form, self._part = hashlib.sha256(), hashlib.sha256()
        self._is_whole = False
        self._parser = self._parser_of(content_type)

    async def receive(self) -> Message:
        """Give the next message of the request, as `receive` of an application does."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._feed(message.get("body", b""))
        return message

    def hexdigest(self) -> str:
        return self._form.hexdigest() if self._is_whole and self._parser is not None else NO_FORM

    def _parser_of(self, content_type: str) -> MultipartParser | None:
        _, options = parse_options_header(content_type)
        try:
            return MultipartParser(
                options.get(b"boundary", b""),
                {
                    "on_header_value": self._add,
                    "on_headers_finished": self._end_stretch,
                    "on_part_data": self._add,
                    "on_part_end": self._end_stretch,
                    "on_end": self._end,
                },
            )
        except FormParserError:
            return None

    def _feed(self, chunk: bytes) -> None:
        if self._parser is None:
            return
        try:
            self._parser.write(chunk)
        except FormParserError:
            self._parser = None

    def _add(self, data: bytes, start: int, end: int) -> None:
        self._part.update(data[start:end])

    def _end_stretch(self) -> None:
        # Each stretch by its own hash, so that bytes cannot move from a header into the data unseen.
        self._form.update(self._part.digest())
        self._part = hashlib.sha256()

    def _end(self) -> None:
        self._is_whole = True
