from pathlib import Path

import pytest

from tuneport.catalog import add_alias, find_alias, find_model, read_aliases, remove_alias
from tuneport.config import Settings
from tuneport.core import Conflict, InvalidRequest, NotFound

BASE = "smollm2-135m-instruct"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_alias_finds_the_model_that_it_stands_for_whatever_its_case(settings: Settings):
    model = add_alias("gpt-4o-mini-2024-07-18", BASE.upper(), settings)

    assert model == find_model("GPT-4o-mini-2024-07-18", settings).name == BASE
    assert find_alias("GPT-4O-MINI-2024-07-18", settings) == "gpt-4o-mini-2024-07-18"
    assert find_alias(BASE, settings) is None


def test_alias_given_again_stands_for_the_other_model(settings: Settings):
    add_alias("mine", BASE, settings)

    add_alias("MINE", "smollm2-360m-instruct", settings)

    assert read_aliases(settings) == {"MINE": "smollm2-360m-instruct"}


def test_removed_alias_is_no_model_any_more(settings: Settings):
    add_alias("mine", BASE, settings)

    remove_alias("Mine", settings)

    with pytest.raises(NotFound):
        find_model("mine", settings)
    with pytest.raises(NotFound, match="no alias 'mine'"):
        remove_alias("mine", settings)


@pytest.mark.parametrize("alias", ["", "ft:x", "a/b", "../x", "a b", "a" * 97, ".hidden", "x\x00"])
def test_alias_that_would_break_names_is_refused(settings: Settings, alias: str):
    with pytest.raises(InvalidRequest) as caught:
        add_alias(alias, BASE, settings)

    assert caught.value.code == "invalid_alias"


def test_name_of_a_model_is_no_alias(settings: Settings):
    with pytest.raises(Conflict, match=BASE):
        add_alias(BASE.upper(), BASE, settings)


def test_alias_of_an_unknown_model_is_refused(settings: Settings):
    with pytest.raises(NotFound, match="'gpt-9'"):
        add_alias("mine", "gpt-9", settings)

    assert read_aliases(settings) == {}
