from pathlib import Path

import pytest

from tuneport.config import Settings, read_settings
from tuneport.core import InvalidRequest


def write(home: Path, text: str) -> Path:
    (home / "settings.toml").write_text(text)
    return home


def test_nothing_set_gives_the_defaults(tmp_path: Path):
    assert read_settings({"PATH": "/bin"}, tmp_path) == Settings(home=tmp_path)


def test_environment_goes_before_the_file_and_an_option_before_both(tmp_path: Path):
    write(tmp_path, "max_waiting_jobs = 1\nrequests_per_minute = 2\n")
    environment = {"TUNEPORT_MAX_WAITING_JOBS": "3", "TUNEPORT_REQUESTS_PER_MINUTE": "4"}

    settings = read_settings(environment, tmp_path, requests_per_minute=5)

    assert (settings.max_waiting_jobs, settings.requests_per_minute) == (3, 5)


def test_values_become_the_type_of_their_setting(tmp_path: Path):
    write(tmp_path, 'keys_on_loopback = true\nrequests_per_minute = "none"\nimport_folder = "/data"\n')

    settings = read_settings({"TUNEPORT_MAX_PROJECT_BYTES": "1000"}, tmp_path)

    assert settings.keys_on_loopback is True
    assert settings.requests_per_minute is None
    assert settings.max_project_bytes == 1000
    assert settings.import_folder == Path("/data")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("max_waiting_job = 1", "unknown_setting"),
        ('home = "/"', "unknown_setting"),
        ("max_waiting_jobs = ", "invalid_settings"),
        ('max_waiting_jobs = "many"', "invalid_setting"),
        ('max_waiting_jobs = "none"', "invalid_setting"),
        ("requests_per_minute = 0", "invalid_setting"),
        ("price_per_training_hour = -1", "invalid_setting"),
        ("training_watts = inf", "invalid_setting"),
        ('organization = "a:b"', "invalid_setting"),
    ],
)
def test_wrong_file_is_refused_by_its_name(tmp_path: Path, text: str, code: str):
    with pytest.raises(InvalidRequest, match=r"settings\.toml") as caught:
        read_settings({}, write(tmp_path, text))

    assert caught.value.code == code


def test_wrong_value_of_the_environment_is_refused_by_its_name(tmp_path: Path):
    with pytest.raises(InvalidRequest, match=r"TUNEPORT_MAX_JSON_BYTES.*'lots'"):
        read_settings({"TUNEPORT_MAX_JSON_BYTES": "lots"}, tmp_path)
