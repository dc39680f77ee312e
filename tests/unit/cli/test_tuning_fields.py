from tuneport.cli.tuning_fields import tuning_fields


def test_nothing_chosen_sends_nothing():
    assert tuning_fields(None, None, [], is_rank_stabilized=False) == {}


def test_a_rank_alone_leaves_the_kind_to_the_server():
    assert tuning_fields(None, 8, [], is_rank_stabilized=False) == {"adapter": {"rank": 8}}


def test_qlora_is_a_plain_adapter_over_four_bits():
    fields = tuning_fields("qlora", None, ["<yes>"], is_rank_stabilized=True)

    assert fields == {
        "adapter": {"kind": "lora", "is_rank_stabilized": True, "new_tokens": ["<yes>"]},
        "quantization": "nf4",
    }
