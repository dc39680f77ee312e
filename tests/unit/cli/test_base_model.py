import pytest
from fake_server import event_stream

from tuneport.cli.base_model import ensure_pulled, pull_model
from tuneport.core import NotFound, TuneportError

_MODELS = {
    "data": [
        {"name": "tiny", "aliases": ["little"], "pulled": True},
        {"name": "small", "aliases": [], "pulled": False},
    ]
}


def test_a_model_that_is_there_is_not_pulled_again(server, client, screen):
    server.on("GET tuneport/models", _MODELS)

    ensure_pulled(client, screen, "little")

    assert server.asked("POST", "tuneport/models") == []


def test_a_model_that_is_missing_is_pulled_with_progress(server, client, screen):
    server.on("GET tuneport/models", _MODELS)
    server.on(
        "POST tuneport/models",
        event_stream(
            {"stage": "downloading", "bytes_done": 50_000_000, "bytes_total": 100_000_000},
            {"stage": "converting", "bytes_done": 100_000_000, "bytes_total": 100_000_000},
            {"stage": "ready", "model": {"name": "small"}},
        ),
    )

    ensure_pulled(client, screen, "small")

    assert server.asked("POST", "tuneport/models") == [{"source": "small"}]
    assert screen.text.splitlines()[0] == "small  Downloading 50 % of 100 MB"
    assert "Ready" in screen.text


def test_an_unknown_model_is_refused_with_the_known_names(server, client, screen):
    server.on("GET tuneport/models", _MODELS)

    with pytest.raises(NotFound, match=r"no base model 'huge'\. Known are 'tiny', 'small'") as raised:
        ensure_pulled(client, screen, "huge")

    assert raised.value.code == "model_not_found"


def test_a_server_without_a_catalog_decides_about_models_itself(client, screen):
    ensure_pulled(client, screen, "gpt-4.1-nano")

    assert screen.text == ""


def test_a_pull_that_fails_is_raised(server, client, screen):
    server.on("POST tuneport/models", event_stream({"error": {"message": "The network is down.", "code": "pull"}}))

    with pytest.raises(TuneportError, match="network is down"):
        pull_model(client, screen, "small")
