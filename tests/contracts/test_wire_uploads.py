import hashlib
import signal

import httpx
import openai
import pytest

from server_process import ServerProcess, chat_rows


def begin(client: openai.OpenAI, n_bytes: int, **options):
    return client.uploads.create(
        bytes=n_bytes, filename="rows.jsonl", mime_type="text/jsonl", purpose="fine-tune", **options
    )


def test_parts_become_a_file_that_a_job_can_use(client: openai.OpenAI):
    content = chat_rows(10)
    upload = begin(client, len(content), expires_after={"anchor": "created_at", "seconds": 3600})
    parts = [client.uploads.parts.create(upload.id, data=content[start : start + 100]) for start in (0, 100, 200)]
    parts.append(client.uploads.parts.create(upload.id, data=content[300:]))

    completed = client.uploads.complete(
        upload.id, part_ids=[part.id for part in parts], md5=hashlib.md5(content).hexdigest()
    )

    assert (upload.status, upload.file, upload.expires_at) == ("pending", None, upload.created_at + 3600)
    assert (parts[0].upload_id, completed.status, completed.bytes) == (upload.id, "completed", len(content))
    assert client.files.content(completed.file.id).read() == content
    assert completed.file.expires_at == completed.file.created_at + 3600
    job = client.fine_tuning.jobs.create(model="smollm2-135m-instruct", training_file=completed.file.id)
    assert job.training_file == completed.file.id


def test_upload_file_chunked_of_the_client_works(client: openai.OpenAI):
    content = chat_rows(50)

    completed = client.uploads.upload_file_chunked(
        file=content,
        filename="rows.jsonl",
        bytes=len(content),
        mime_type="text/jsonl",
        purpose="fine-tune",
        part_size=1000,
    )

    assert client.files.content(completed.file.id).read() == content


def test_wrong_md5_size_and_parts_are_refused_by_name(client: openai.OpenAI):
    upload = begin(client, 4)
    part = client.uploads.parts.create(upload.id, data=b"abcd")

    refusals = [
        ({"part_ids": [part.id], "md5": "0" * 32}, "upload_md5_differs"),
        ({"part_ids": [part.id, "part_x"]}, "unknown_part"),
    ]
    for options, code in refusals:
        with pytest.raises(openai.BadRequestError) as caught:
            client.uploads.complete(upload.id, **options)
        assert caught.value.code == code


def test_cancelled_upload_takes_no_more_parts(client: openai.OpenAI, server: ServerProcess):
    upload = begin(client, 4)
    client.uploads.parts.create(upload.id, data=b"abcd")

    assert client.uploads.cancel(upload.id).status == "cancelled"

    assert not (server.home / "uploads" / upload.id).exists()
    with pytest.raises(openai.ConflictError, match="'cancelled'"):
        client.uploads.parts.create(upload.id, data=b"abcd")


def test_parts_survive_a_killed_server(start_server):
    first = start_server("good")
    upload = begin(first.client(), 8)
    part = first.client().uploads.parts.create(upload.id, data=b"abcd")
    first.stop(signal.SIGKILL)

    client = start_server("good").client()
    last = client.uploads.parts.create(upload.id, data=b"efgh")
    completed = client.uploads.complete(upload.id, part_ids=[part.id, last.id])

    assert client.files.content(completed.file.id).read() == b"abcdefgh"


def test_part_without_data_and_upload_that_is_not_there_are_refused(server: ServerProcess, client: openai.OpenAI):
    upload = begin(client, 4)

    no_data = httpx.post(f"{server.url}/v1/uploads/{upload.id}/parts", files={"file": ("x", b"abcd")})
    unknown = httpx.post(f"{server.url}/v1/uploads/upload_x/parts", files={"data": ("x", b"abcd")})

    assert (no_data.status_code, no_data.json()["error"]["param"]) == (400, "file")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "upload_not_found")
