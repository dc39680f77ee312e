import pytest

from tuneport.api.azure.names import azure_checkpoint_id, azure_model_name, own_checkpoint_id, own_model_name

NAMES = [
    "ft:smollm2-135m-instruct:local::aB3dE6gH",
    "ft:smollm2-1.7b-instruct:local:my-bot:00000000",
    "ft:tiny:local:a.ft-b_c:zZzZzZzZ",
    "ft:tiny:local:bot:aB3dE6gH:ckpt-step-80",
]


@pytest.mark.parametrize("name", NAMES)
def test_name_goes_to_azure_s_spelling_and_back(name: str):
    spelled = azure_model_name(name)

    assert ":ckpt" in spelled or ":" not in spelled
    assert own_model_name(spelled, organization="local") == name


def test_azure_s_spelling_is_base_hex_and_suffix():
    assert azure_model_name("ft:tiny:local:bot:aB3dE6gH") == "tiny.ft-6142336445366748-bot"


@pytest.mark.parametrize("name", [*NAMES, "smollm2-135m-instruct", "gpt-4o-mini", "ft:", "x.ft-12", "bot", ""])
def test_own_spelling_is_understood_as_it_is(name: str):
    assert own_model_name(name, organization="local") == name


def test_checkpoint_s_id_goes_to_azure_s_spelling_and_back():
    assert azure_checkpoint_id("ftckpt_abc") == "ftchkpt-abc"
    assert own_checkpoint_id("ftchkpt-abc") == own_checkpoint_id("ftckpt_abc") == "ftckpt_abc"
    assert own_model_name("ftchkpt-abc", organization="local") == "ftckpt_abc"
