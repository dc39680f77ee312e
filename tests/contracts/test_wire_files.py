from pathlib import Path

import httpx
import openai
import pytest

from server_process import ServerProcess, chat_rows


def upload(client: openai.OpenAI, content: bytes = b"{}\n", name: str = "rows.jsonl", purpose: str = "fine-tune"):
    return client.files.create(file=(name, content), purpose=purpose)


def test_uploaded_file_comes_back_byte_for_byte(client: openai.OpenAI):
    content = bytes(range(256)) * 4000

    file = upload(client, content, "Zeile für Zeile.jsonl")

    assert client.files.content(file.id).read() == content
    assert (file.bytes, file.filename, file.purpose, file.status) == (
        len(content),
        "Zeile für Zeile.jsonl",
        "fine-tune",
        "processed",
    )
    assert client.files.retrieve(file.id) == file


def test_content_that_looks_like_a_boundary_stays_content(client: openai.OpenAI):
    content = b"--\r\n--boundary\r\nContent-Disposition: form-data\r\n\r\n" * 50

    file = upload(client, content)

    assert client.files.content(file.id).read() == content


def test_list_is_newest_first_and_pages_through_all(client: openai.OpenAI):
    ids = [upload(client, purpose="batch").id for _ in range(5)]

    listed = [file.id for file in client.files.list(purpose="batch", limit=2)]

    assert listed[:5] == ids[::-1]
    page = client.files.list(purpose="batch", limit=2, after=ids[2])
    assert [file.id for file in page.data] == [ids[1], ids[0]]
    assert client.files.list(purpose="batch", order="asc", limit=1).data[0].id == listed[-1]


def test_deleted_file_is_gone(client: openai.OpenAI, server: ServerProcess):
    file = upload(client)

    assert client.files.delete(file.id).deleted

    with pytest.raises(openai.NotFoundError, match=file.id):
        client.files.retrieve(file.id)
    assert not (server.home / "files" / file.id).exists()


def test_unknown_purpose_is_refused_and_nothing_is_kept(client: openai.OpenAI, server: ServerProcess):
    before = set((server.home / "files").iterdir())

    with pytest.raises(openai.BadRequestError) as caught:
        upload(client, purpose="fun")

    assert (caught.value.param, caught.value.code) == ("purpose", "invalid_purpose")
    assert set((server.home / "files").iterdir()) == before


def test_form_without_a_file_names_what_is_missing(server: ServerProcess):
    answer = httpx.post(f"{server.url}/v1/files", files={"purpose": (None, "fine-tune")})

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "file"


def test_body_that_is_no_form_is_refused(server: ServerProcess):
    answer = httpx.post(f"{server.url}/v1/files", json={"purpose": "fine-tune"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_a_form")


def test_form_that_breaks_off_keeps_nothing(server: ServerProcess):
    before = set((server.home / "files").iterdir())
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nhalf a file'

    answer = httpx.post(
        f"{server.url}/v1/files", content=body, headers={"content-type": "multipart/form-data; boundary=b"}
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "broken_form")
    assert set((server.home / "files").iterdir()) == before


@pytest.mark.parametrize("file_id", ["file-nothere", "..%2F..%2Fetc%2Fpasswd", "file-%00", "%2e%2e"])
def test_no_id_reaches_another_path(server: ServerProcess, file_id: str):
    answer = httpx.get(f"{server.url}/v1/files/{file_id}/content")

    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_file_in_use_by_an_unfinished_job_stays(client: openai.OpenAI, start_server):
    other = start_server("hangs").client()
    file = upload(other, chat_rows(10))
    job = other.fine_tuning.jobs.create(model="smollm2-135m-instruct", training_file=file.id)

    with pytest.raises(openai.ConflictError, match=job.id):
        other.files.delete(file.id)

    other.fine_tuning.jobs.cancel(job.id)
    assert other.files.delete(file.id).deleted


def test_report_tells_problems_by_line(server: ServerProcess, client: openai.OpenAI):
    file = upload(client, chat_rows(10) + b"{broken\n")

    report = httpx.get(f"{server.url}/v1/files/{file.id}/report", params={"method": "supervised"}).json()

    assert (report["n_rows"], report["n_errors"], report["errors"][0]["line"]) == (11, 1, 11)


def test_stopped_upload_leaves_nothing_at_the_next_start(start_server, tmp_path: Path):
    files = tmp_path / "home" / "files"
    files.mkdir()
    (files / ".file-half.partial").write_bytes(b"half")

    start_server("good")

    assert list(files.iterdir()) == []


def test_file_that_expires_says_when(client: openai.OpenAI):
    file = client.files.create(
        file=("rows.jsonl", b"{}\n"), purpose="fine-tune", expires_after={"anchor": "created_at", "seconds": 3600}
    )

    assert file.expires_at == file.created_at + 3600
    assert client.files.retrieve(file.id).expires_at == file.expires_at


@pytest.mark.parametrize(("anchor", "seconds"), [("created_at", "3599"), ("created_at", "2592001"), ("now", "3600")])
def test_time_to_live_out_of_range_is_refused_and_nothing_is_kept(server: ServerProcess, anchor: str, seconds: str):
    before = set((server.home / "files").iterdir())
    form = {"purpose": "fine-tune", "expires_after[anchor]": anchor, "expires_after[seconds]": seconds}

    answer = httpx.post(f"{server.url}/v1/files", data=form, files={"file": ("rows.jsonl", b"{}\n")})

    assert answer.status_code == 400
    assert answer.json()["error"]["param"].startswith("expires_after.")
    assert set((server.home / "files").iterdir()) == before


@pytest.mark.parametrize(("limit", "status"), [(0, 400), (10_001, 400), (10_000, 200)])
def test_page_of_files_has_the_limits_of_openai(server: ServerProcess, limit: int, status: int):
    assert httpx.get(f"{server.url}/v1/files", params={"limit": limit}).status_code == status
