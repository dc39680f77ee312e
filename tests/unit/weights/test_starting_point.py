import json

import pytest

from tuneport.config import AdapterSection
from tuneport.core import InvalidRequest
from tuneport.weights import Manifest, adapter_to_continue, new_checkpoint


@pytest.fixture
def adapter_folder(tmp_path):
    config = {"base_model_name_or_path": "tiny", "r": 3, "lora_alpha": 5, "use_dora": True, "use_rslora": True}
    (tmp_path / "adapter_config.json").write_text(json.dumps(config))
    (tmp_path / "adapter_model.safetensors").write_bytes(b"")
    return tmp_path


def test_a_continued_adapter_keeps_its_kind_rank_and_scale(adapter_folder):
    section = AdapterSection(rank=16, dropout=0.1, start_from=adapter_folder)

    continued = adapter_to_continue(section, "tiny")

    assert (continued.kind, continued.rank, continued.alpha, continued.is_rank_stabilized) == ("dora", 3, 5, True)
    assert continued.dropout == 0.1


def test_an_adapter_of_another_base_model_is_refused_with_both_names(adapter_folder):
    with pytest.raises(InvalidRequest, match="trained on 'tiny', and the run's base model is 'other'") as refusal:
        adapter_to_continue(AdapterSection(start_from=adapter_folder), "other")

    assert refusal.value.code == "start_from_other_base"


def test_a_full_checkpoint_of_another_base_model_is_refused(tmp_path):
    manifest = Manifest(step=1, epoch=1, is_epoch_end=True, trained_tokens=1, base_model="tiny")
    with new_checkpoint(tmp_path / "000001", manifest) as folder:
        (folder / "model.safetensors").write_bytes(b"")
    section = AdapterSection(kind="full", start_from=tmp_path / "000001")

    assert adapter_to_continue(section, "tiny") == section
    with pytest.raises(InvalidRequest, match="trained on 'tiny'"):
        adapter_to_continue(section, "other")


def test_a_folder_without_an_adapter_is_refused_with_the_files_that_it_lacks(tmp_path):
    with pytest.raises(InvalidRequest, match=r"lacks adapter_model\.safetensors and adapter_config\.json") as refusal:
        adapter_to_continue(AdapterSection(start_from=tmp_path), "tiny")

    assert refusal.value.code == "start_from_incomplete"
