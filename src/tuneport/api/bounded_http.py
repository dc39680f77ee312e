"""How the server reads HTTP: uvicorn's fast way, with an end to what a request may say before its body."""

from __future__ import annotations

from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tuneport.api.errors import answer_of_error
from tuneport.core import InvalidRequest

MAX_HEAD_BYTES = 64 * 2**10
"""As uvicorn's other way, by h11, has it."""


class BoundedHttp(HttpToolsProtocol):
    """Answers 400 to a request line and headers that go on and on; httptools alone would keep all of them."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._is_in_head = False
        self._n_bytes = 0
        """Since the request before ended, so far as it ended in another piece of what is received."""

    def data_received(self, data: bytes) -> None:
        self._n_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._n_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response(f"Request line and headers are longer than {MAX_HEAD_BYTES} bytes.")

    def send_400_response(self, msg: str) -> None:
        """Refuse, and close, what no route can see: it is no HTTP, or of a method that HTTP does not have."""
        error = InvalidRequest(f"{msg} Send HTTP/1.1 with one of its methods.")
        body = orjson.dumps(answer_of_error(error)[1])
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        self.transport.write(head.encode() + b"connection: close\r\n\r\n" + body)
        self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._n_bytes = 0
