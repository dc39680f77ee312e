"""A request for a job in Azure's words, said in OpenAI's, with what nothing will be done about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tuneport.api.azure.fine_tuning.wire import (
    AzureDpoHyperparametersRequest,
    AzureDpoRequest,
    AzureHyperparametersRequest,
    AzureMethodRequest,
    CreateAzureJobRequest,
)
from tuneport.api.azure.names import own_model_name
from tuneport.api.fine_tuning.translate import job_request
from tuneport.api.fine_tuning.wire import CreateJobRequest
from tuneport.workspace import JobRequest

ONLY_AZURE = frozenset({"prompt_loss_weight", "l2_multiplier", "hyperparameters"})
DEVELOPER_TRAINING = frozenset({"Developer", "developerTier"})


def azure_job_request(body: CreateAzureJobRequest, *, organization: str) -> JobRequest:
    """Give what is asked for in our words. Raises `InvalidRequest`, as for a request in OpenAI's words."""
    same = body.model_dump(exclude={"model", "hyperparameters", "method", "training_type"}, exclude_unset=True)
    request = CreateJobRequest(
        **same, model=own_model_name(body.model, organization=organization), **_hyperparameters_and_method(body)
    )
    plain = job_request(request)
    gives_way = plain.gives_way or body.training_type in DEVELOPER_TRAINING
    return replace(plain, gives_way=gives_way, training_type=body.training_type, remarks=tuple(_remarks(body)))


def _hyperparameters_and_method(body: CreateAzureJobRequest) -> dict[str, Any]:
    if body.method is None or body.method.dpo is None:
        return {"hyperparameters": _values(body.hyperparameters), "method": _sections(body.method)}
    # Azure has a preference job's epochs beside its method and its beta in it; OpenAI has both in one place.
    values = {name: value for given in _given(body) for name, value in (_values(given) or {}).items()}
    return {"method": {**(_sections(body.method) or {}), "dpo": {"hyperparameters": values}}}


def _sections(method: AzureMethodRequest | None) -> dict[str, Any] | None:
    if method is None:
        return None
    sections = method.model_dump(exclude_unset=True)
    if method.supervised is not None:
        sections["supervised"] = {"hyperparameters": _values(method.supervised.hyperparameters)}
    return sections


def _values(given: AzureHyperparametersRequest | None) -> dict[str, Any] | None:
    if given is None:
        return None
    values = given.model_dump(exclude=set(ONLY_AZURE), exclude_none=True)
    return {name: "auto" if value == -1 else value for name, value in values.items()}


def _given(body: CreateAzureJobRequest) -> Iterator[AzureHyperparametersRequest]:
    """Give every group of hyperparameters in the request; the later is the nearer one."""
    method = body.method
    sections = (method.supervised, method.dpo) if method is not None else ()
    if body.hyperparameters is not None:
        yield body.hyperparameters
    for section in sections:
        if isinstance(section, AzureDpoRequest):
            yield section
        if section is not None and section.hyperparameters is not None:
            yield section.hyperparameters


def _remarks(body: CreateAzureJobRequest) -> Iterator[str]:
    for given in _given(body):
        weight = given.prompt_loss_weight
        if isinstance(weight, float) and weight > 0:
            yield f"prompt_loss_weight {weight:g} is not used: the loss is on the answers alone, which is the weight 0"
        if isinstance(given, AzureDpoHyperparametersRequest) and given.l2_multiplier:
            yield f"l2_multiplier {given.l2_multiplier:g} is not used: the pull towards the reference is beta's alone"
