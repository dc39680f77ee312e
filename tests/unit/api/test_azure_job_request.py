import pytest
from pydantic import ValidationError

from tuneport.api.azure.fine_tuning.request import azure_job_request
from tuneport.api.azure.fine_tuning.wire import CreateAzureJobRequest
from tuneport.core import InvalidRequest
from tuneport.workspace import JobRequest


def request(**fields: object) -> JobRequest:
    body = {"model": "tiny", "training_file": "file-a", **fields}
    return azure_job_request(CreateAzureJobRequest.model_validate(body), organization="local")


def test_minus_one_is_auto():
    chosen = request(hyperparameters={"n_epochs": -1, "batch_size": -1, "learning_rate_multiplier": -1})

    assert chosen.hyperparameters == request().hyperparameters
    assert chosen.remarks == ()


def test_values_are_passed_on():
    chosen = request(
        hyperparameters={"n_epochs": 3, "batch_size": 4, "learning_rate_multiplier": 0.5},
        suffix="bot",
        seed=105,
        metadata={"team": "a"},
        validation_file="file-b",
        trainingType="GlobalStandard",
    )

    given = chosen.hyperparameters
    assert (given.n_epochs, given.batch_size, given.learning_rate_multiplier) == (3, 4, 0.5)
    assert (chosen.suffix, chosen.seed, chosen.metadata, chosen.validation_file) == (
        "bot",
        105,
        {"team": "a"},
        "file-b",
    )
    assert chosen.remarks == ()


@pytest.mark.parametrize(
    "dpo",
    [
        {"beta": 0.2, "n_epochs": 2},
        {"hyperparameters": {"beta": 0.2, "n_epochs": 2}},
        {"beta": 0.2},
        {"beta": 1, "n_epochs": 9, "hyperparameters": {"beta": 0.2, "n_epochs": 2}},
    ],
)
def test_preference_values_may_stand_in_the_method_or_below_or_beside_it(dpo: dict[str, object]):
    beside = {"n_epochs": 2} if dpo == {"beta": 0.2} else {}

    chosen = request(method={"type": "dpo", "dpo": dpo}, hyperparameters=beside)

    assert chosen.method == "dpo"
    assert (chosen.hyperparameters.beta, chosen.hyperparameters.n_epochs) == (0.2, 2)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"hyperparameters": {"prompt_loss_weight": 0.01}}, "prompt_loss_weight 0.01"),
        (
            {"method": {"type": "supervised", "supervised": {"hyperparameters": {"prompt_loss_weight": 1}}}},
            "prompt_loss_weight 1 ",
        ),
        ({"method": {"type": "dpo", "dpo": {"l2_multiplier": 0.1}}}, "l2_multiplier 0.1"),
    ],
)
def test_what_will_not_be_done_is_told(fields: dict[str, object], told: str):
    (remark,) = request(**fields).remarks

    assert told in remark


@pytest.mark.parametrize(
    "fields",
    [
        {"hyperparameters": {"prompt_loss_weight": 0}},
        {"method": {"type": "dpo", "dpo": {"l2_multiplier": 0}}},
        {"trainingType": "Standard"},
    ],
)
def test_what_changes_nothing_is_not_told(fields: dict[str, object]):
    assert request(**fields).remarks == ()


@pytest.mark.parametrize(
    ("training_type", "gives_way"),
    [("developerTier", True), ("Developer", True), ("GlobalStandard", False), ("Standard", False), (None, False)],
)
def test_job_of_the_developer_tier_gives_way(training_type: str | None, gives_way: bool):
    asked = request(trainingType=training_type)

    assert (asked.training_type, asked.gives_way, asked.remarks) == (training_type, gives_way, ())


def test_model_is_understood_in_azure_s_spelling():
    assert request(model="tiny.ft-6142336445366748-bot").model == "ft:tiny:local:bot:aB3dE6gH"


@pytest.mark.parametrize(
    "fields",
    [
        {"hyperparameters": {"n_epochs": 0}},
        {"hyperparameters": {"n_epochs": -2}},
        {"hyperparameters": {"colour": 1}},
        {"suffix": "a.b"},
        {"suffix": "a" * 41},
        {"suffix": "bot\n"},
        {"trainingType": "fast"},
        {"colour": "red"},
    ],
)
def test_value_that_azure_does_not_have_is_refused(fields: dict[str, object]):
    with pytest.raises(ValidationError):
        request(**fields)


def test_section_of_another_method_is_refused_as_in_openai_s_words():
    with pytest.raises(InvalidRequest) as caught:
        request(method={"type": "dpo", "supervised": {}})

    assert caught.value.code == "method_section_differs"
