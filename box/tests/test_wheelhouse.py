"""A box without a package index builds its environments from the wheels that a person brought to it."""

import base64
import ensurepip
import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from supervised import Box, read, request

from ml_intern_box import download, files, wheelhouse

CLOSED = "http://127.0.0.1:9/simple/"


@pytest.fixture
def bare_box(tmp_path, monkeypatch):
    """Only sh and python3 on its PATH; its package index does not answer."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "sh").symlink_to(shutil.which("sh"))
    (tools / "python3").symlink_to(sys.executable)
    for name, value in (("PATH", str(tools)), ("HOME", str(tmp_path)), ("PIP_INDEX_URL", CLOSED)):
        monkeypatch.setenv(name, value)
    yield Box(tmp_path / "root")


def test_an_environment_is_built_from_the_wheelhouse_and_a_job_runs_in_it(bare_box):
    house = fill(bare_box.root)
    made = build(bare_box, {"name": "small", "requirements": ["greeting"], "constraints": ["greeting==1.0"]})
    log = made[1]["stdout.log"].decode()
    assert made[0]["state"] == "finished", log + read(bare_box.job("env-1") + "/stderr.log")
    assert "No package index answers: packages come from %s." % house in log

    result = json.loads(read(bare_box.job("env-1") + "/artifacts/result.json"))
    assert result["packages"] == ["greeting==1.0"]
    bare_box.submit(request("import greeting; print(greeting.TEXT)", environment=result["hash"]))
    last, files = bare_box.follow("job-1")
    assert (last["state"], files["stdout.log"]) == ("finished", b"hello from a wheel\n")


def test_a_wheel_that_is_not_in_the_wheelhouse_fails_in_one_sentence(bare_box):
    fill(bare_box.root)
    last, files = build(bare_box, {"name": "small", "requirements": ["greeting==2.0"]})
    assert last["state"] == "failed"
    assert files["stderr.log"].decode().splitlines()[-1].startswith("EnvironmentError: The packages of environment small")


def test_an_index_that_answers_is_preferred(tmp_path, monkeypatch):
    fill(str(tmp_path))
    for url, house in ((CLOSED, wheelhouse.folder(str(tmp_path))), (tmp_path.as_uri(), None)):
        monkeypatch.setenv("PIP_INDEX_URL", url)
        assert wheelhouse.in_place_of_the_index(str(tmp_path)) == house


def test_wheels_are_taken_in_from_the_store_and_by_plain_names_only(tmp_path, box):
    data = b"what a wheel holds"
    digest_of = hashlib.sha256(data).hexdigest()
    os.makedirs(os.path.join(box.root, "files", digest_of[:2]))
    with open(files.stored(box.root, digest_of), "wb") as file:
        file.write(data)
    told = box.ask("wheelhouse", stdin=json.dumps({"wheels": [["a-1-py3-none-any.whl", digest_of]]}).encode())
    assert (told["folder"], told["wheels"]) == (wheelhouse.folder(box.root), 1)
    assert read(os.path.join(told["folder"], "a-1-py3-none-any.whl")) == data.decode()
    for name, digest_ in (("../a.whl", digest_of), ("a.txt", digest_of), ("a.whl", "0" * 64), ("a.whl", "../x"), (1, 2)):
        answer = box.ask("wheelhouse", stdin=json.dumps({"wheels": [[name, digest_]]}).encode())
        assert answer["error"]["reason"] == "bad-input", name
    assert len(os.listdir(told["folder"])) == 1


def test_what_is_downloaded_fits_the_box_not_the_machine_that_downloads():
    target = {"sets": ["eval"], "python": "3.12", "machine": "aarch64", "glibc": "2.28", "accelerator": "cuda"}
    packages, sources = download.wanted(target, without_cuda=False)
    assert "networkx==3.7" in packages and "networkx==3.6.1" not in packages
    assert "nvidia-cudnn-cu13==9.20.0.48" in packages and "pip" in packages
    assert not any(each.startswith("tzdata") for each in packages)
    assert "sqlitedict==2.1.0" in sources and not set(sources) & set(packages)
    assert not any(each.startswith("nvidia-") for each in download.wanted(target, without_cuda=True)[0])


def build(box, wanted):
    program = "import json; json.dump(%r, open('environment.json', 'w'))" % wanted
    steps = [["{python}", "main.py"], ["{python}", "-m", "ml_intern_box.environment", "environment.json"]]
    box.submit(request(program, job_id="env-1", kind="environment", steps=steps))
    return box.follow("env-1")


def fill(root):
    """A wheel of our own, and the one of pip that came with this Python."""
    house = wheelhouse.folder(root)
    os.makedirs(house)
    bundled = glob.glob(os.path.join(os.path.dirname(ensurepip.__file__), "_bundled", "pip-*.whl"))
    if not bundled:
        pytest.skip("this Python came without a wheel of pip")
    shutil.copy(bundled[0], house)
    write_wheel(house, "greeting", "1.0", {"greeting.py": "TEXT = 'hello from a wheel'\n"})
    return house


def write_wheel(folder, name, version, files):
    info = "%s-%s.dist-info" % (name, version)
    metadata = "Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (name, version)
    kind = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members = dict(files, **{info + "/METADATA": metadata, info + "/WHEEL": kind})
    record = "".join("%s,sha256=%s,%d\n" % (path, digest(text), len(text)) for path, text in members.items())
    with zipfile.ZipFile(os.path.join(folder, "%s-%s-py3-none-any.whl" % (name, version)), "w") as wheel:
        for path, text in members.items():
            wheel.writestr(path, text)
        wheel.writestr(info + "/RECORD", record + "%s/RECORD,,\n" % info)


def digest(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
