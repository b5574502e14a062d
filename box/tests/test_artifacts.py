"""What a job made is told and sent as it is: any name survives, no link is followed."""

import hashlib
import json
import os

import pytest

from ml_intern_box import artifacts

HOSTILE = ["-rf", "$(touch pwned)", "a\nb", "`id`;'\"", "é ☃", "..hidden", os.fsdecode(b"\xff\xfe.bin"), "x" * 200]


@pytest.fixture
def folder(box):
    path = os.path.join(box.root, "jobs", "j", "artifacts")
    os.makedirs(path)
    return path


def write(folder, name, data=b"data"):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def send(box, *paths):
    """{(place in paths, hash): bytes}; the hash is None for what is not there."""
    _, out = box.run("send", "j", stdin=json.dumps({"paths": paths}).encode() + b"\n")
    _listing, rest = out.split(b"\n", 1)
    sent = {}
    while rest:
        line, rest = rest.split(b"\n", 1)
        head = json.loads(line)
        size = head.get("bytes", 0)
        sent[head["number"], head.get("sha256")] = rest[:size]
        rest = rest[size:]
    return sent


def test_hostile_names_survive_as_data(box, folder):
    for name in HOSTILE:
        write(folder, name, name.encode("utf-8", "surrogateescape"))
    told = {each["path"]: each for each in box.ask("artifacts", "j")["artifacts"]}
    assert set(told) == set(HOSTILE)
    assert all(each["kind"] == "file" and each["bytes"] > 0 for each in told.values())
    sent = send(box, *HOSTILE)
    for number, name in enumerate(HOSTILE):
        data = name.encode("utf-8", "surrogateescape")
        assert sent[number, hashlib.sha256(data).hexdigest()] == data


def test_folders_links_and_pipes_are_told_as_what_they_are(box, folder):
    write(folder, "checkpoint/model.bin", b"m" * 1000)
    os.symlink("/etc", os.path.join(folder, "out"))
    os.symlink("/etc/passwd", os.path.join(folder, "secret"))
    os.mkfifo(os.path.join(folder, "pipe"))
    told = {each["path"]: each for each in box.ask("artifacts", "j")["artifacts"]}
    assert {path: each["kind"] for path, each in told.items()} == {
        "checkpoint": "folder",
        "checkpoint/model.bin": "file",
        "out": "link",
        "secret": "link",
        "pipe": "other",
    }
    assert told["checkpoint/model.bin"]["bytes"] == 1000 and told["secret"]["target"] == "/etc/passwd"


def test_links_are_neither_hashed_nor_sent(box, folder):
    os.symlink("/etc", os.path.join(folder, "out"))
    os.symlink("/etc/passwd", os.path.join(folder, "secret"))
    os.mkfifo(os.path.join(folder, "pipe"))
    paths = ["secret", "out/passwd", "pipe", "absent", "absent/x"]
    asked = json.dumps({"paths": paths}).encode()
    assert box.ask("hashes", "j", stdin=asked) == {"hashes": [None] * 5}
    assert send(box, *paths) == {(number, None): b"" for number in range(5)}


@pytest.mark.parametrize("path", ["../spec.json", "/etc/passwd", "a//b", "", ".", "a/../../spec.json", "a\0b"])
def test_a_path_that_leaves_the_folder_is_refused(box, folder, path):
    asked = json.dumps({"paths": [path]}).encode()
    assert box.ask("hashes", "j", stdin=asked)["error"]["reason"] == "bad-input"


def test_an_artifacts_folder_that_is_a_link_is_refused(box):
    os.makedirs(os.path.join(box.root, "jobs", "j"))
    os.symlink("/etc", os.path.join(box.root, "jobs", "j", "artifacts"))
    assert "no artifacts" in box.ask("artifacts", "j")["error"]["message"]


def test_hashes_are_those_of_the_content(box, folder):
    write(folder, "a/b", b"x" * 5_000_000)
    asked = json.dumps({"paths": ["a/b"]}).encode()
    expected = hashlib.sha256(b"x" * 5_000_000).hexdigest()
    assert box.ask("hashes", "j", stdin=asked) == {"hashes": [expected]}
    assert list(send(box, "a/b")) == [(0, expected)]


def test_a_listing_that_is_too_long_says_so(box, folder, monkeypatch):
    for number in range(4):
        write(folder, str(number))
    monkeypatch.setattr(artifacts, "MOST", 3)
    told = artifacts.listing(box.root, "j")
    assert len(told["artifacts"]) == 3 and told["complete"] is False
