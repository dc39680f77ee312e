import socket

import pytest

from tuneport.api.listening import listen, require_key, url_of
from tuneport.config import Settings
from tuneport.core import Conflict, InvalidRequest


@pytest.mark.parametrize(("host", "start"), [("127.0.0.1", "http://127.0.0.1:"), ("localhost", "http://")])
def test_port_zero_takes_a_free_one_and_the_address_says_which(host: str, start: str):
    with listen(Settings(host=host, port=0)) as listener:
        url = url_of(listener)

    assert url.startswith(start)
    assert not url.endswith(":0")


def test_an_answer_s_body_does_not_wait_for_the_client_to_confirm_its_head():
    with listen(Settings(port=0)) as listener, socket.create_connection(listener.getsockname()[:2]):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_server_for_every_address_is_reached_on_this_machine():
    with listen(Settings(host="0.0.0.0", port=0, api_key="k")) as listener:
        assert url_of(listener).startswith("http://127.0.0.1:")


def test_open_address_needs_a_key():
    require_key(Settings(host="0.0.0.0"), has_key=True)
    require_key(Settings(host="127.0.0.1"), has_key=False)

    with pytest.raises(InvalidRequest, match="tuneport keys create") as caught:
        require_key(Settings(host="0.0.0.0"), has_key=False)

    assert caught.value.code == "key_needed"


def test_taken_port_is_a_conflict():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Conflict, match="taken by another program"):
        listen(Settings(port=taken.getsockname()[1]))


@pytest.mark.parametrize("settings", [Settings(host="no.such.host.invalid", api_key="k"), Settings(port=70_000)])
def test_address_that_cannot_be_is_refused(settings: Settings):
    with pytest.raises(InvalidRequest):
        listen(settings)
