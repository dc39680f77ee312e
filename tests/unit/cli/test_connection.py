import httpx
import pytest

from fake_wire import error_response
from tuneport.cli.connection import check_tuneport
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
