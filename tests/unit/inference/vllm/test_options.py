from pathlib import Path

from tuneport.inference import VllmOptions
from tuneport.inference.vllm import VllmProgram
from tuneport.inference.vllm.options import serve_arguments, serve_environment

OPTIONS = VllmOptions(Path("/opt/vllm/bin/vllm"), memory_share=0.8, max_rank=100)


def test_vllm_serves_the_folder_at_a_socket_with_room_for_the_next_rank():
    command = serve_arguments(VllmProgram(OPTIONS, 4096), Path("/models/tiny"), Path("/tmp/v.sock"))

    assert command[:3] == ["/opt/vllm/bin/vllm", "serve", "/models/tiny"]
    assert "--port" not in command
    for words in (["--uds", "/tmp/v.sock"], ["--max-model-len", "4096"], ["--max-lora-rank", "128"]):
        place = command.index(words[0])
        assert command[place : place + 2] == words


def test_vllm_finds_its_own_programs_first_and_nothing_of_this_python():
    given = {"PATH": "/usr/bin", "PYTHONPATH": "/ours", "VIRTUAL_ENV": "/ours", "CUDA_VISIBLE_DEVICES": "1"}

    environment = serve_environment(OPTIONS, given)

    assert environment["PATH"] == "/opt/vllm/bin:/usr/bin"
    assert environment.keys().isdisjoint({"PYTHONPATH", "VIRTUAL_ENV"})
    assert environment["CUDA_VISIBLE_DEVICES"] == "1"
    assert environment["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] == "True"
