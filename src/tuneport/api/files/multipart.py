"""A multipart body taken apart as it arrives: the file's bytes go on at once, and are never held together."""

from __future__ import annotations

from collections.abc import Callable

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from tuneport.core import InvalidRequest

MAX_FIELD_BYTES = 64 * 1024
MAX_BOUNDARY_BYTES = 256
"""The most that the parser takes; the format's own limit is 70."""
MAX_PARTS = 16
"""Far more than any form here has; all of them but the file are held in memory."""


class UploadForm:
    """The form of an upload: one part `file_field`, whose bytes go to `write`, and small text fields."""

    def __init__(self, content_type: str, write: Callable[[bytes], None], *, file_field: str = "file") -> None:
        self.fields: dict[str, str] = {}
        self.filename: str | None = None
        self._write = write
        self._file_field = file_field
        self._header = bytearray()
        self._header_value = bytearray()
        self._headers: dict[str, str] = {}
        self._name = ""
        self._value = bytearray()
        self._n_parts = 0
        self._is_complete = False
        self._parser = MultipartParser(
            _boundary(content_type),
            {
                "on_part_begin": self._begin_part,
                "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header_value.extend(data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._take_data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body. Raises `InvalidRequest`, and what `write` raises."""
        try:
            self._parser.write(chunk)
        except MultipartParseError as error:
            raise _broken(str(error)) from error

    def finish(self) -> None:
        """Check that the form is whole. Raises `InvalidRequest`."""
        if not self._is_complete:
            raise _broken("it ends before its last boundary")

    def _begin_part(self) -> None:
        self._n_parts += 1
        if self._n_parts > MAX_PARTS:
            raise InvalidRequest(
                f"The form has more than {MAX_PARTS} parts. Send the file and the fields of the API's description.",
                code="too_many_parts",
            )
        self._headers = {}
        self._name = ""
        self._value = bytearray()

    def _end_header(self) -> None:
        self._headers[self._header.decode("latin-1").lower()] = self._header_value.decode("latin-1")
        self._header.clear()
        self._header_value.clear()

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", ""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if self._name in self.fields or (self._name == self._file_field and self.filename is not None):
            raise InvalidRequest(
                f"The form has two parts {self._name!r}. Send each field once, and one file at a time.",
                param=self._name,
            )
        if self._name == self._file_field:
            self.filename = options.get(b"filename", b"").decode("utf-8", "replace") or "upload"

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == self._file_field:
            self._write(data[start:end])
            return
        self._value.extend(data[start:end])
        if len(self._value) > MAX_FIELD_BYTES:
            raise InvalidRequest(f"The form's field {self._name!r} is longer than {MAX_FIELD_BYTES} bytes.")

    def _end_part(self) -> None:
        if self._name != self._file_field:
            self.fields[self._name] = self._value.decode("utf-8", "replace")

    def _end(self) -> None:
        self._is_complete = True


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary or len(boundary) > MAX_BOUNDARY_BYTES:
        raise InvalidRequest(
            f"The body's type is {content_type[:200]!r}. Upload a form (multipart/form-data) with the file in it.",
            code="not_a_form",
        )
    return boundary


def _broken(reason: str) -> InvalidRequest:
    return InvalidRequest(f"The body is not a whole multipart form: {reason}. Send it again.", code="broken_form")
