import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneport.api.files.multipart import MAX_PARTS, UploadForm
from tuneport.core import InvalidRequest

CONTENT_TYPE = "multipart/form-data; boundary=xyz"


def body_of(content: bytes) -> bytes:
    return (
        b'--xyz\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nfine-tune\r\n'
        b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="rows.jsonl"\r\n\r\n'
        + content
        + b"\r\n--xyz--\r\n"
    )


@given(content=st.binary(max_size=200), cuts=st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_content_is_the_same_however_the_body_is_cut(content: bytes, cuts: list[int]):
    written = bytearray()
    form = UploadForm(CONTENT_TYPE, written.extend)
    body = body_of(content)

    position = 0
    while position < len(body):
        size = cuts[position % len(cuts)]
        form.feed(body[position : position + size])
        position += size
    form.finish()

    assert bytes(written) == content
    assert (form.filename, form.fields) == ("rows.jsonl", {"purpose": "fine-tune"})


@given(body=st.binary(max_size=200))
def test_any_bytes_are_a_form_or_refused(body: bytes):
    form = UploadForm(CONTENT_TYPE, lambda data: None)

    with pytest.raises(InvalidRequest):
        feed_all(form, b"xx" + body)


def feed_all(form: UploadForm, body: bytes) -> None:
    form.feed(body)
    form.finish()


@pytest.mark.parametrize("content_type", ["", "application/json", "multipart/form-data", "multipart/mixed; boundary=x"])
def test_other_types_than_a_form_are_refused(content_type: str):
    with pytest.raises(InvalidRequest, match="multipart/form-data"):
        UploadForm(content_type, lambda data: None)


def test_second_file_in_one_form_is_refused():
    form = UploadForm(CONTENT_TYPE, lambda data: None)
    part = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n'

    with pytest.raises(InvalidRequest, match="one file at a time"):
        form.feed(part + part)


def test_endless_field_is_refused():
    form = UploadForm(CONTENT_TYPE, lambda data: None)
    start = b'--xyz\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n'

    with pytest.raises(InvalidRequest, match="longer than"):
        form.feed(start + b"a" * 100_000)


def test_form_of_endless_fields_is_refused():
    form = UploadForm(CONTENT_TYPE, lambda data: None)
    fields = [
        f'--xyz\r\nContent-Disposition: form-data; name="field{number}"\r\n\r\nvalue\r\n'.encode()
        for number in range(1000)
    ]

    with pytest.raises(InvalidRequest) as caught:
        form.feed(b"".join(fields))

    assert caught.value.code == "too_many_parts"
    assert len(form.fields) == MAX_PARTS
