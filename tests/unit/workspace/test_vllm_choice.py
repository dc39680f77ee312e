from pathlib import Path

import pytest

from fake_vllm import write_fake_vllm
from tuneport.config import Settings
from tuneport.core import InvalidRequest
from tuneport.inference import VllmOptions
from tuneport.workspace.vllm_choice import chosen_vllm


@pytest.fixture
def program(tmp_path):
    return write_fake_vllm(tmp_path)


def choice(*, has_gpu=True, **settings):
    return chosen_vllm(Settings(home=Path("/nowhere"), **settings), has_gpu=lambda: has_gpu)


def test_vllm_answers_where_its_program_is_named_and_a_gpu_is_there(program):
    assert choice(vllm_command=program, vllm_memory_share=0.5, vllm_max_rank=8) == VllmOptions(program, 0.5, 8)


@pytest.mark.parametrize(("without_gpu", "is_used"), [(False, False), (True, True)])
def test_without_a_gpu_it_answers_only_where_the_owner_says_so(program, without_gpu, is_used):
    chosen = choice(has_gpu=False, vllm_command=program, vllm_without_gpu=without_gpu)

    assert (chosen is not None) == is_used


def test_a_server_without_the_setting_does_not_look_for_gpus():
    assert chosen_vllm(Settings(home=Path("/nowhere")), has_gpu=lambda: pytest.fail("looked")) is None


@pytest.mark.parametrize("command", ["vllm", "/nowhere/bin/vllm"])
def test_a_command_that_is_no_program_is_refused(command):
    with pytest.raises(InvalidRequest, match="no program"):
        choice(vllm_command=Path(command))


@pytest.mark.parametrize("share", [0.0, 1.5])
def test_a_share_that_is_none_is_refused(program, share):
    with pytest.raises(InvalidRequest, match="above 0"):
        choice(vllm_command=program, vllm_memory_share=share)
