"""Between jobs of the workspace and jobs on the wire."""

from __future__ import annotations

from dataclasses import asdict, replace

from tuneport.api.dialect import job_status_word
from tuneport.api.fine_tuning.wire import (
    AdapterObject,
    AdapterRequest,
    CheckpointList,
    CheckpointObject,
    CreateJobRequest,
    Dpo,
    DpoHyperparameters,
    DpoMethod,
    EventList,
    EventObject,
    Hyperparameters,
    HyperparametersRequest,
    JobErrorObject,
    JobList,
    JobObject,
    MethodRequest,
    Supervised,
    SupervisedMethod,
    TuneportFacts,
    TuneportRequest,
)
from tuneport.config import TrainingOptions
from tuneport.core import InvalidRequest
from tuneport.workspace import (
    Checkpoint,
    Job,
    JobEvent,
    JobRequest,
    Page,
    RequestedHyperparameters,
    Tuning,
    TuningChoice,
)

CHECKPOINT_METRICS = (
    "step",
    "train_loss",
    "train_mean_token_accuracy",
    "valid_loss",
    "valid_mean_token_accuracy",
    "full_valid_loss",
    "full_valid_mean_token_accuracy",
)


def job_request(body: CreateJobRequest) -> JobRequest:
    """Give what is asked for in our words. Raises `InvalidRequest` for what is not there yet."""
    if body.integrations:
        raise InvalidRequest(
            "'integrations' is given; trackers are planned and not there yet. Leave it out.",
            code="integrations_planned",
            param="integrations",
        )
    return JobRequest(
        model=body.model,
        training_file=body.training_file,
        validation_file=body.validation_file,
        method=body.method.type if body.method else "supervised",
        hyperparameters=_requested_hyperparameters(body),
        suffix=body.suffix,
        seed=body.seed,
        metadata=body.metadata or {},
        stop_after_worse_epochs=body.tuneport.stop_after_worse_epochs if body.tuneport else None,
        tuning=_tuning_choice(body.tuneport) if body.tuneport else None,
        training=(body.tuneport and body.tuneport.training) or TrainingOptions(),
        preset=body.tuneport.preset if body.tuneport else None,
        gives_way=body.tuneport.gives_way if body.tuneport else False,
    )


def _tuning_choice(given: TuneportRequest) -> TuningChoice | None:
    if given.adapter is None and given.quantization is None:
        return None
    adapter = given.adapter or AdapterRequest()
    return TuningChoice(
        kind=adapter.kind,
        rank=adapter.rank,
        alpha=adapter.alpha,
        is_rank_stabilized=adapter.is_rank_stabilized,
        dropout=adapter.dropout,
        targets=tuple(adapter.targets),
        new_tokens=tuple(adapter.new_tokens),
        quantization=given.quantization,
    )


def _requested_hyperparameters(body: CreateJobRequest) -> RequestedHyperparameters:
    method = body.method or MethodRequest(type="supervised")
    _refuse_other_section(method)
    section = method.supervised or method.dpo
    given = _common(section.hyperparameters) if section and section.hyperparameters else None
    older = _common(body.hyperparameters) if body.hyperparameters else None
    if given is not None and older is not None and given != older:
        raise InvalidRequest(
            f"'hyperparameters' and 'method.{method.type}.hyperparameters' differ. Give them in one place.",
            code="hyperparameters_differ",
            param="hyperparameters",
        )
    chosen = given or older or RequestedHyperparameters()
    if method.type != "dpo":
        return chosen
    dpo = method.dpo and method.dpo.hyperparameters
    return replace(chosen, beta=(dpo and dpo.beta) or "auto")


def _refuse_other_section(method: MethodRequest) -> None:
    """A section that the method does not read would be ignored without a word."""
    for name in ("supervised", "dpo", "reinforcement"):
        if name != method.type and getattr(method, name) is not None:
            raise InvalidRequest(
                f"'method.type' is {method.type!r}, but 'method.{name}' is given. Give 'method.{method.type}' only.",
                code="method_section_differs",
                param=f"method.{name}",
            )


def _common(given: HyperparametersRequest) -> RequestedHyperparameters:
    return RequestedHyperparameters(
        n_epochs=given.n_epochs or "auto",
        batch_size=given.batch_size or "auto",
        learning_rate_multiplier=given.learning_rate_multiplier or "auto",
    )


def job_object(job: Job, *, organization: str) -> JobObject:
    """Give the job in OpenAI's words."""
    hyperparameters = Hyperparameters(
        n_epochs=job.hyperparameters.n_epochs,
        batch_size=job.hyperparameters.batch_size,
        learning_rate_multiplier=job.hyperparameters.learning_rate_multiplier,
    )
    return JobObject(
        id=job.id,
        created_at=job.created_at,
        finished_at=job.finished_at,
        estimated_finish=job.estimated_finish,
        status=job_status_word(job.status),
        model=job.model_alias or job.base_model,
        fine_tuned_model=job.tuned_model,
        organization_id=organization,
        training_file=job.training_file,
        validation_file=job.validation_file,
        result_files=[job.result_file] if job.result_file else [],
        hyperparameters=hyperparameters,
        method=_method_object(job, hyperparameters),
        seed=job.seed,
        trained_tokens=job.trained_tokens,
        error=JobErrorObject(**asdict(job.error)) if job.error else None,
        integrations=[],
        metadata=job.metadata or None,
        user_provided_suffix=job.suffix,
        tuneport=TuneportFacts(
            base_model=job.base_model,
            parent_model=job.lineage[-1] if job.lineage else None,
            lineage=list(job.lineage),
            stop_after_worse_epochs=job.stop_after_worse_epochs,
            adapter=_adapter_object(job.tuning),
            quantization=job.tuning.quantization,
            training=job.training.chosen(),
            gives_way=job.gives_way,
        ),
    )


def _adapter_object(tuning: Tuning) -> AdapterObject:
    has_rank = tuning.kind != "full"
    return AdapterObject(
        kind=tuning.kind,
        rank=tuning.rank if has_rank else None,
        alpha=tuning.alpha if has_rank else None,
        is_rank_stabilized=tuning.is_rank_stabilized,
        dropout=tuning.dropout if has_rank else None,
        targets=list(tuning.targets),
        new_tokens=list(tuning.new_tokens),
    )


def _method_object(job: Job, common: Hyperparameters) -> SupervisedMethod | DpoMethod:
    if job.method != "dpo":
        return SupervisedMethod(supervised=Supervised(hyperparameters=common))
    beta = "auto" if job.hyperparameters.beta is None else job.hyperparameters.beta
    return DpoMethod(dpo=Dpo(hyperparameters=DpoHyperparameters(**common.model_dump(), beta=beta)))


def job_list(page: Page[Job], *, organization: str) -> JobList:
    return JobList(data=[job_object(job, organization=organization) for job in page.items], has_more=page.has_more)


def event_list(page: Page[JobEvent]) -> EventList:
    return EventList(data=[EventObject(**vars(event)) for event in page.items], has_more=page.has_more)


def checkpoint_list(page: Page[Checkpoint]) -> CheckpointList:
    return CheckpointList(
        data=[_checkpoint_object(checkpoint) for checkpoint in page.items],
        first_id=page.items[0].id if page.items else None,
        last_id=page.items[-1].id if page.items else None,
        has_more=page.has_more,
    )


def _checkpoint_object(checkpoint: Checkpoint) -> CheckpointObject:
    metrics = checkpoint.metrics
    return CheckpointObject(
        id=checkpoint.id,
        created_at=checkpoint.created_at,
        fine_tuned_model_checkpoint=checkpoint.model_name,
        fine_tuning_job_id=checkpoint.job_id,
        step_number=checkpoint.step,
        metrics={name: metrics[name] for name in CHECKPOINT_METRICS if name in metrics},
    )
