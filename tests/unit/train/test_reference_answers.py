"""What a run keeps of its model's answers."""

from __future__ import annotations

import pytest
import torch

from training_runs import new_run, train, write_rows
from tuneport.export.proof import greedy_answer
from tuneport.models import load_adapter, load_base
from tuneport.tokens import Renderer
from tuneport.train import reference_answers
from tuneport.weights import ReferenceAnswers

CPU = torch.device("cpu")


@pytest.fixture
def run(tmp_path, tiny_model_dir):
    run = new_run(tmp_path / "run", tiny_model_dir, write_rows(tmp_path / "rows.jsonl", 8), n_epochs=2)
    assert train(run) == 0
    return run


def checkpoint_of(run):
    return run.path / run.read_result().checkpoint


def test_a_run_keeps_what_its_model_answers_with_the_checkpoint(run, tiny_model_dir):
    kept = ReferenceAnswers.read(checkpoint_of(run))

    renderer = Renderer.from_folder(tiny_model_dir)
    model = load_adapter(load_base(tiny_model_dir, CPU, attention="sdpa"), checkpoint_of(run), "x").eval()
    assert kept.stop_token_ids == (2,)
    assert len(kept.answers) == 6
    for each in kept.answers:
        found = greedy_answer(model, list(each.answer.prompt_ids), renderer, n_tokens=len(each.answer.token_ids))
        assert found.token_ids == each.answer.token_ids


def test_an_answer_does_not_depend_on_how_much_of_it_was_guessed(run, monkeypatch):
    guessed = ReferenceAnswers.read(checkpoint_of(run)).answers
    monkeypatch.setattr(reference_answers, "MOST_COMPUTED_TOKENS", 100_000)
    monkeypatch.setattr(reference_answers._Answer, "guess", [])

    token_by_token = answered_again(run)

    for left, right in zip(guessed, token_by_token, strict=True):
        assert right.answer.token_ids[: len(left.answer.token_ids)] == left.answer.token_ids


def answered_again(run):
    """Give the answers of the run's last checkpoint, computed anew."""
    (run.path / "result.json").unlink()
    assert train(run) == 0
    return ReferenceAnswers.read(checkpoint_of(run)).answers


def test_long_prompts_are_computed_once_however_short_the_answers_stay(run, monkeypatch):
    monkeypatch.setattr(reference_answers, "MOST_COMPUTED_TOKENS", 1)
    passes = []
    compute = reference_answers.next_logprobs
    monkeypatch.setattr(
        reference_answers, "next_logprobs", lambda model, forest: passes.append(1) or compute(model, forest)
    )

    answers = answered_again(run)

    assert len(passes) == 1
    assert all(len(each.answer.token_ids) >= 1 for each in answers)
