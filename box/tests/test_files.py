"""Files named by their content: only whole ones are ever seen, whatever is cut off or sent in bad faith."""

import hashlib
import io
import json
import os
import tarfile

import pytest
from supervised import request

from ml_intern_box import files


def digest(data):
    return hashlib.sha256(data).hexdigest()


def tar(members):
    """Bytes of a tar stream of {name: bytes}."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w|") as stream:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            stream.addfile(member, io.BytesIO(data))
    return out.getvalue()


def manifest(box, *contents):
    wanted = {"files": [[digest(data), len(data)] for data in contents]}
    return box.ask("manifest", stdin=json.dumps(wanted).encode())


def test_only_what_is_missing_is_asked_for(box):
    assert manifest(box, b"one", b"two")["missing"] == [digest(b"one"), digest(b"two")]
    assert box.ask("receive", stdin=tar({digest(b"one"): b"one"})) == {"received": 1}
    assert manifest(box, b"one", b"two")["missing"] == [digest(b"two")]
    stored = files.stored(box.root, digest(b"one"))
    assert os.stat(stored).st_mode & 0o777 == 0o600
    assert os.stat(os.path.join(box.root, "files")).st_mode & 0o777 == 0o700


def test_a_stream_that_is_cut_off_leaves_whole_files_only(box):
    first, second = os.urandom(70_000), os.urandom(70_000)
    whole = tar({digest(first): first, digest(second): second})
    answer = box.ask("receive", stdin=whole[:100_000])
    assert answer["error"]["reason"] == "bad-input" and "cut off" in answer["error"]["message"]
    assert manifest(box, first, second)["missing"] == [digest(second)]
    assert os.listdir(os.path.join(box.root, "files", "parts")) == []


@pytest.mark.parametrize("name", ["../../jobs/x", "-rf", "$(id)", "a\nb", "/etc/passwd", "é" * 64, "A" * 64])
def test_a_name_that_is_no_hash_is_refused(box, name):
    answer = box.ask("receive", stdin=tar({name: b"x"}))
    assert answer["error"]["reason"] == "bad-input"


def test_a_file_that_is_not_what_it_claims_is_refused(box):
    assert "damaged" in box.ask("receive", stdin=tar({digest(b"good"): b"evil"}))["error"]["message"]
    assert manifest(box, b"good")["missing"] == [digest(b"good")]


def test_a_link_in_the_stream_is_refused(box):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w|") as stream:
        member = tarfile.TarInfo(digest(b"x"))
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        stream.addfile(member)
    assert "not a plain file" in box.ask("receive", stdin=out.getvalue())["error"]["message"]


def test_an_upload_goes_on_where_it_stopped_and_is_checked_at_the_end(box):
    data = os.urandom(100_000)
    answer = manifest(box, data)
    part = os.path.join(answer["parts"], digest(data) + ".part")
    with open(part, "wb") as file:
        file.write(data[:60_000])
    assert manifest(box, data)["partial"] == {digest(data): 60_000}
    assert "damaged" in box.ask("adopt", digest(data))["error"]["message"]
    assert not os.path.exists(part)
    with open(part, "wb") as file:
        file.write(data)
    assert box.ask("adopt", digest(data)) == {"adopted": digest(data)}
    assert box.ask("adopt", digest(data)) == {"adopted": digest(data)}
    assert manifest(box, data)["missing"] == []


def test_a_file_that_lost_its_content_is_asked_for_again(box):
    box.ask("receive", stdin=tar({digest(b"data"): b"data"}))
    open(files.stored(box.root, digest(b"data")), "w").close()
    assert manifest(box, b"data")["missing"] == [digest(b"data")]


def by_hash_only(program):
    wanted = request(program)
    content = wanted["files"].pop("main.py")
    return wanted, content


def test_a_job_takes_its_files_from_the_store(box):
    program = "open('main.py', 'a').write('# mine'); print('ran')"
    wanted, _ = by_hash_only(program)
    box.ask("receive", stdin=tar({digest(program.encode()): program.encode()}))
    box.submit(wanted)
    assert box.follow("job-1")[0]["state"] == "finished"
    stored = files.stored(box.root, digest(program.encode()))
    assert open(stored).read() == program, "what a job does to its copy does no harm"


def test_a_job_whose_file_is_not_in_the_store_is_refused_and_can_be_submitted_again(box):
    wanted, _ = by_hash_only("print('ran')")
    assert "was not sent" in box.submit(wanted)["error"]["message"]
    box.ask("receive", stdin=tar({digest(b"print('ran')"): b"print('ran')"}))
    box.submit(wanted)
    assert box.follow("job-1")[0]["state"] == "finished"


def test_a_stored_file_that_was_damaged_is_never_run(box):
    program = b"print('ran')"
    wanted, _ = by_hash_only(program.decode())
    box.ask("receive", stdin=tar({digest(program): program}))
    with open(files.stored(box.root, digest(program)), "w") as file:
        file.write("print('bad')")
    assert "damaged" in box.submit(wanted)["error"]["message"]
    assert manifest(box, program)["missing"] == [digest(program)]


def test_what_nobody_asked_for_is_told_as_unused(box):
    box.ask("receive", stdin=tar({digest(b"old"): b"old", digest(b"new"): b"new"}))
    old = files.stored(box.root, digest(b"old"))
    os.utime(old, (1, 1))
    given_up = os.path.join(box.root, "files", "parts", "x.part")
    open(given_up, "w").close()
    assert list(files.unused(box.root, 3600)) == [old]
    os.utime(given_up, (1, 1))
    assert sorted(files.unused(box.root, 3600)) == sorted([old, given_up])
    manifest(box, b"old")
    assert list(files.unused(box.root, 3600)) == [given_up]
