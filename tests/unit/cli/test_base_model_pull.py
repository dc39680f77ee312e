import pytest

from fake_wire import event_stream
from tuneport.cli.base_model import is_missing, pull_model
from tuneport.core import NotFound, TuneportError

_MODELS = {
    "data": [
        {"name": "tiny", "aliases": ["little"], "pulled": True},
        {"name": "small", "aliases": [], "pulled": False},
    ]
}


def test_a_model_that_is_there_under_its_name_or_alias_is_not_missing(server, client):
    server.on("GET tuneport/models", _MODELS)

    assert not is_missing(client, "tiny")
    assert not is_missing(client, "little")
    assert is_missing(client, "small")


def test_an_unknown_model_is_refused_with_the_known_names(server, client):
    server.on("GET tuneport/models", _MODELS)

    with pytest.raises(NotFound, match=r"no base model 'huge'\. Known are 'tiny', 'small'") as raised:
        is_missing(client, "huge")

    assert raised.value.code == "model_not_found"


def test_a_server_without_a_catalog_decides_about_models_itself(client):
    assert not is_missing(client, "gpt-4.1-nano")


def test_a_pull_shows_its_progress_and_gives_the_record(server, client, screen):
    server.on(
        "POST tuneport/models",
        event_stream(
            {"stage": "downloading", "bytes_done": 50_000_000, "bytes_total": 100_000_000},
            {"stage": "converting", "bytes_done": 100_000_000, "bytes_total": 100_000_000},
            {"stage": "ready", "model": {"name": "small"}},
        ),
    )

    record = pull_model(client, screen, "small")

    assert record == {"name": "small"}
    assert server.asked("POST", "tuneport/models") == [{"source": "small"}]
    assert screen.text.splitlines() == ["small  Downloading 50 % of 100 MB", "small  Converting", "small  Ready"]


def test_a_pull_that_fails_is_raised(server, client, screen):
    server.on("POST tuneport/models", event_stream({"error": {"message": "The network is down.", "code": "pull"}}))

    with pytest.raises(TuneportError, match="network is down"):
        pull_model(client, screen, "small")
