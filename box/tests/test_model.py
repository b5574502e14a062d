"""A base model is found, hashed and proven to load, or one sentence says why not."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from ml_intern_box.model import licence_of, weights_hash
from tiny import Job, make_model


@pytest.fixture
def job(tmp_path):
    return Job(tmp_path / "job")


@pytest.fixture
def empty_hub():
    """A Hub without any model."""

    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def ask(job, wanted, **environ):
    job.write("model.json", wanted)
    code, _, err = job.run("-m", "ml_intern_box.model", "model.json", **environ)
    return code, (err.splitlines() or [""])[-1]


def test_a_folder_is_described(job, tmp_path):
    folder = make_model(tmp_path / "model", chat_template="{{ messages }}")
    assert ask(job, {"id": str(folder)}) == (0, "")
    result = job.result()
    assert result["path"] == str(folder) and result["revision"] is None and result["hasChatTemplate"] is True
    assert result["architecture"] == "LlamaForCausalLM" and result["parameters"] > 1000
    assert result["weightsHash"] == weights_hash(folder)


def test_the_hash_follows_the_weights(tmp_path):
    folder = make_model(tmp_path / "model")
    before = weights_hash(folder)
    (folder / "training_args.bin").write_bytes(b"not a weight")
    assert weights_hash(folder) == before
    with (folder / "model.safetensors").open("r+b") as weights:
        weights.seek(-1, 2)
        last = weights.read(1)
        weights.seek(-1, 2)
        weights.write(bytes([last[0] ^ 1]))
    assert weights_hash(folder) != before


def test_a_folder_without_a_model(job, tmp_path):
    code, last = ask(job, {"id": str(tmp_path / "nowhere")})
    assert code == 3 and "nowhere" in last and "config.json" in last
    assert job.result()["error"]["reason"] == "base-model-not-found"


def test_a_folder_whose_weights_are_missing(job, tmp_path):
    folder = make_model(tmp_path / "model")
    (folder / "model.safetensors").unlink()
    code, last = ask(job, {"id": str(folder)})
    assert code == 3 and "no weights" in last


def test_a_model_that_the_hub_does_not_have(job, empty_hub):
    code, last = ask(job, {"id": "acme/nothing"}, HF_ENDPOINT=empty_hub, HF_HUB_DISABLE_XET="1")
    assert code == 3 and "There is no model acme/nothing" in last and empty_hub in last
    assert job.result()["error"]["reason"] == "base-model-not-found"


def test_an_id_that_cannot_be_one(job, empty_hub):
    code, last = ask(job, {"id": "a/b/c/d"}, HF_ENDPOINT=empty_hub)
    assert code == 3 and "a/b/c/d" in last


def test_a_hub_that_does_not_answer(job):
    code, last = ask(job, {"id": "acme/nothing"}, HF_ENDPOINT="http://127.0.0.1:9")
    assert code == 3 and "could not be fetched" in last
    assert job.result()["error"]["reason"] == "hub-unavailable"


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("license: apache-2.0", "apache-2.0"),
        ("license: other\nlicense_name: house", "other (house)"),
        ("license:\n- mit\n- cc-by-4.0", "mit, cc-by-4.0"),
        ("tags:\n- tiny", None),
        ("license: [", None),
    ],
)
def test_the_card_tells_the_licence(tmp_path, card, licence):
    pytest.importorskip("huggingface_hub")
    assert licence_of(tmp_path) is None
    (tmp_path / "README.md").write_text(f"---\n{card}\n---\n# A model\n", encoding="utf-8")
    assert licence_of(tmp_path) == licence
