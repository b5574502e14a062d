"""One training by several processes: started by the real launcher, here two on the CPU."""

import json
import os
import signal
import time

import pytest
from launch_plan import launcher
from tiny import ITEMS, PACKAGE_PARENT, PROMPT, Job, make_model

CONFIG = {"data": "data/train.jsonl", "learning_rate": 0.02, "batch_size": 4, "max_length": 32, "logging_steps": 1, "seed": 1}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("base") / "model")


@pytest.fixture
def job(tmp_path, model):
    def make(**changes):
        job = Job(tmp_path / "job")
        job.write("config.json", {**CONFIG, "base_model": str(model), **changes})
        rows = [{"prompt": PROMPT.replace("{question}", i["question"]), "completion": " " + i["answer"]} for i in ITEMS]
        job.write_lines("data/train.jsonl", rows * 4)
        job.write("train.py", (PACKAGE_PARENT / "scripts" / "sft.py").read_text())
        return job

    return make


def test_two_processes_train_one_model_and_speak_once(job):
    training = job(max_steps=6)
    code, out, err = training.run(*launcher("ddp", 2), "train.py", OMP_NUM_THREADS="1")
    assert code == 0, err
    metrics = training.lines("metrics.jsonl")
    assert [line["step"] for line in metrics] == [1, 2, 3, 4, 5, 6]
    assert all("non_finite" not in line and line["loss"] > 0 for line in metrics)
    # Twelve rows, four a step of both processes together: the batch is that of the configuration.
    assert metrics[2]["epoch"] == 1.0
    assert out.count("rows fit into") == 1 and out.count("Trained 6 steps") == 1
    saved = [path.name for path in (training.folder / "artifacts").rglob("*.safetensors")]
    assert saved == ["model.safetensors"] and (training.folder / "artifacts" / "model" / "tokenizer.json").exists()


def test_a_batch_that_cannot_be_shared_is_refused_in_words(job):
    code, _, err = job(max_steps=1, batch_size=3).run(*launcher("ddp", 2), "train.py", OMP_NUM_THREADS="1")
    assert code != 0 and "batch_size times gradient_accumulation must be a multiple of 2" in err


def test_a_request_to_stop_reaches_all_and_leaves_one_checkpoint(job):
    training = job(max_steps=100000)
    process = training.start(*launcher("ddp", 2), "train.py", OMP_NUM_THREADS="1", TORCH_ELASTIC_SHUTDOWN_TIMEOUT="120")
    metrics = training.folder / "metrics.jsonl"
    deadline = time.monotonic() + 240
    while not metrics.exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGTERM)
    out, err = process.communicate(timeout=240)
    assert process.returncode != 0 and out.count("Stopped on request at step") == 1, err
    [checkpoint] = (training.folder / "artifacts" / "checkpoints").glob("checkpoint-*")
    assert json.loads((checkpoint / "trainer_state.json").read_text())["global_step"] > 0


@pytest.mark.parametrize("kind", ["ddp", "fsdp"])
def test_accelerate_takes_the_flags_and_no_configuration_of_the_box_changes_them(kind, tmp_path, monkeypatch):
    from accelerate.commands import launch

    def understood():
        words = [*launcher(kind, 4)[2:], "train.py"]
        options, _, _ = launch._validate_launch_command(launch.launch_command_parser().parse_args(words))
        return {name: value for name, value in vars(options).items() if name not in ("nondefault", "debug")}

    monkeypatch.setattr(launch, "default_config_file", str(tmp_path / "absent.yaml"))
    plain = understood()
    assert plain["num_processes"] == 4 and plain["use_fsdp"] == (kind == "fsdp") and plain["mixed_precision"] == "bf16"
    if kind == "fsdp":
        assert int(plain["fsdp_version"]) == 2 and plain["fsdp_state_dict_type"] == "FULL_STATE_DICT"

    import accelerate.commands.config.config_args as config_args

    hostile = tmp_path / "default_config.yaml"
    hostile.write_text(
        "compute_environment: LOCAL_MACHINE\ndistributed_type: FSDP\nnum_processes: 64\nnum_machines: 3\nmachine_rank: 2\n"
        "gpu_ids: '7'\nmain_process_port: 29501\nmixed_precision: fp16\ndynamo_config:\n  dynamo_backend: INDUCTOR\n"
        "fsdp_config:\n  fsdp_offload_params: true\n  fsdp_state_dict_type: SHARDED_STATE_DICT\n  fsdp_version: 1\n"
    )
    monkeypatch.setattr(launch, "default_config_file", str(hostile))
    monkeypatch.setattr(config_args, "default_config_file", str(hostile))
    named = [word.lstrip("-") for word in launcher(kind, 4)[2:] if word.startswith("--")]
    assert {name: understood()[name] for name in named} == {name: plain[name] for name in named}
