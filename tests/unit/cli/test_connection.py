import json
import os

import httpx
import pytest

from fake_wire import error_response
from tuneport.cli.connection import check_tuneport, connect
from tuneport.config import Settings
from tuneport.core import InvalidRequest, Unauthorized


@pytest.mark.parametrize("answer", [error_response(404, "Unknown request URL", None), httpx.Response(404, text="no")])
def test_a_server_without_tuneports_own_paths_is_refused(server, client, answer):
    server.on("GET tuneport/models", answer)

    with pytest.raises(InvalidRequest, match="is not a Tuneport server: it has no data reports") as raised:
        check_tuneport(client, needs="data reports")

    assert raised.value.code == "not_tuneport"


def test_a_tuneport_server_is_taken(server, client):
    server.on("GET tuneport/models", {"data": []})

    check_tuneport(client, needs="data reports")


def test_a_key_that_is_refused_is_said_as_such(server, client):
    server.on("GET tuneport/models", error_response(401, "Wrong key.", "invalid_api_key"))

    with pytest.raises(Unauthorized, match="Wrong key"):
        check_tuneport(client, needs="data reports")


@pytest.mark.parametrize("stays", [True, False])
def test_the_home_folder_s_own_key_goes_first_and_its_server_says_whether_it_stays(tmp_path, monkeypatch, stays):
    settings = Settings(home=tmp_path)
    settings.owner_key.write_text("owner")
    settings.server_record.write_text(json.dumps({"pid": os.getpid(), "url": "http://127.0.0.1:1", "stays": stays}))
    monkeypatch.setenv("TUNEPORT_HOME", str(tmp_path))
    monkeypatch.setenv("TUNEPORT_API_KEY", "of another server")
    monkeypatch.setattr("tuneport.cli.client.Client.is_healthy", lambda self: True)

    with connect(None) as client:
        assert client._http.headers["authorization"] == "Bearer owner"
        assert client.stays == stays


def test_a_key_that_is_given_is_for_the_endpoint_and_for_a_home_without_a_key(tmp_path, monkeypatch):
    settings = Settings(home=tmp_path)
    settings.server_record.write_text(json.dumps({"pid": os.getpid(), "url": "http://127.0.0.1:1"}))
    monkeypatch.setenv("TUNEPORT_HOME", str(tmp_path))
    monkeypatch.setenv("TUNEPORT_API_KEY", "given")
    monkeypatch.setattr("tuneport.cli.client.Client.is_healthy", lambda self: True)

    for endpoint in (None, "http://127.0.0.1:2"):
        with connect(endpoint) as client:
            assert client._http.headers["authorization"] == "Bearer given"
