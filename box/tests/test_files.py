"""Files named by their content: only whole ones are ever seen, whatever is cut off or sent in bad faith."""

import hashlib
import json
import os

import pytest
from supervised import request

from ml_intern_box import files


def digest(data):
    return hashlib.sha256(data).hexdigest()


def take(box, *contents, sending=None, after=b""):
    """What the box says to one exchange: its manifest and, if any are sent, how many it received or why not."""
    wanted = {"files": [[digest(data), len(data)] for data in contents]}
    said = json.dumps(wanted).encode() + b"\n"
    said += json.dumps({"sending": [digest(data) for data in (sending or [])]}).encode() + b"\n" + after
    _, out = box.run("take", stdin=said)
    return [json.loads(line) for line in out.splitlines()]


def send(box, *contents):
    told, answer = take(box, *contents, sending=contents, after=b"".join(contents))
    return answer


def manifest(box, *contents):
    return take(box, *contents)[0]


def test_only_what_is_missing_is_asked_for(box):
    assert manifest(box, b"one", b"two")["missing"] == [digest(b"one"), digest(b"two")]
    assert send(box, b"one") == {"received": 1}
    assert manifest(box, b"one", b"two")["missing"] == [digest(b"two")]
    stored = files.stored(box.root, digest(b"one"))
    assert os.stat(stored).st_mode & 0o777 == 0o600
    assert os.stat(os.path.join(box.root, "files")).st_mode & 0o777 == 0o700


def test_a_stream_that_is_cut_off_leaves_whole_files_only(box):
    first, second = os.urandom(70_000), os.urandom(70_000)
    _, answer = take(box, first, second, sending=(first, second), after=(first + second)[:100_000])
    assert answer["error"]["reason"] == "bad-input" and "cut off" in answer["error"]["message"]
    assert manifest(box, first, second)["missing"] == [digest(second)]
    assert os.listdir(os.path.join(box.root, "files", "parts")) == []


@pytest.mark.parametrize("name", ["../../jobs/x", "-rf", "$(id)", "a\nb", "/etc/passwd", "é" * 64, "A" * 64])
def test_a_name_that_is_no_hash_is_refused(box, name):
    said = json.dumps({"files": [[name, 1]]}) + "\n" + json.dumps({"sending": [name]}) + "\nx"
    answer = box.ask("take", stdin=said.encode())
    assert answer["error"]["reason"] == "bad-input"


def test_a_file_that_is_not_what_it_claims_is_refused(box):
    _, answer = take(box, b"good", sending=[b"good"], after=b"evil")
    assert "damaged" in answer["error"]["message"]
    assert manifest(box, b"good")["missing"] == [digest(b"good")]


def test_what_was_not_announced_is_refused(box):
    _, answer = take(box, b"one", sending=[b"other"], after=b"other")
    assert answer["error"]["reason"] == "bad-input"


@pytest.mark.parametrize("said", [b"", b"{", b"[]\n", b'{"files": 3}\n', b'{"files": [[1, 2]]}\n', b'{"files": []}\n{"sending": 1}\n'])
def test_an_exchange_that_is_none_is_refused(box, said):
    _, out = box.run("take", stdin=said)
    assert json.loads(out.splitlines()[-1])["error"]["reason"] == "bad-input"


def test_an_upload_goes_on_where_it_stopped_and_is_checked_at_the_end(box):
    data = os.urandom(100_000)
    answer = manifest(box, data)
    write(part_of(answer, data), data[:60_000])
    # Another window, or this one after it was closed, goes on with what was left.
    answer = manifest(box, data)
    assert answer["partial"] == {digest(data): 60_000}
    assert "damaged" in box.ask("adopt", digest(data), answer["sender"])["error"]["message"]
    assert os.listdir(answer["parts"]) == []
    write(part_of(answer, data), data)
    for _ in range(2):
        assert box.ask("adopt", digest(data), answer["sender"]) == {"adopted": digest(data)}
    assert manifest(box, data)["missing"] == []


def test_two_windows_that_send_the_same_file_at_once_do_not_disturb_each_other(box):
    data = os.urandom(100_000)
    one = manifest(box, data)
    with open(part_of(one, data), "wb") as half:
        half.write(data[:50_000])
        half.flush()
        other = manifest(box, data)
        assert other["partial"] == {} and other["sender"] != one["sender"]
        write(part_of(other, data), data)
        assert box.ask("adopt", digest(data), other["sender"]) == {"adopted": digest(data)}
    # Cut off and damaged: but the box has the file by now.
    assert box.ask("adopt", digest(data), one["sender"]) == {"adopted": digest(data)}


@pytest.mark.parametrize("sender", ["../../x", "", "A" * 16])
def test_a_name_that_is_no_senders_is_refused(box, sender):
    assert box.ask("adopt", digest(b"x"), sender)["error"]["reason"] == "bad-input"


def part_of(answer, data):
    return os.path.join(answer["parts"], "%s.%s.part" % (digest(data), answer["sender"]))


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def test_a_file_that_lost_its_content_is_asked_for_again(box):
    send(box, b"data")
    open(files.stored(box.root, digest(b"data")), "w").close()
    assert manifest(box, b"data")["missing"] == [digest(b"data")]


def by_hash_only(program):
    wanted = request(program)
    content = wanted["files"].pop("main.py")
    return wanted, content


def test_a_job_takes_its_files_from_the_store(box):
    program = "open('main.py', 'a').write('# mine'); print('ran')"
    wanted, _ = by_hash_only(program)
    send(box, program.encode())
    box.submit(wanted)
    assert box.follow("job-1")[0]["state"] == "finished"
    stored = files.stored(box.root, digest(program.encode()))
    assert open(stored).read() == program, "what a job does to its copy does no harm"


def test_a_job_whose_file_is_not_in_the_store_is_refused_and_can_be_submitted_again(box):
    wanted, _ = by_hash_only("print('ran')")
    assert "was not sent" in box.submit(wanted)["error"]["message"]
    send(box, b"print('ran')")
    box.submit(wanted)
    assert box.follow("job-1")[0]["state"] == "finished"


def test_a_stored_file_that_was_damaged_is_never_run(box):
    program = b"print('ran')"
    wanted, _ = by_hash_only(program.decode())
    send(box, program)
    with open(files.stored(box.root, digest(program)), "w") as file:
        file.write("print('bad')")
    assert "damaged" in box.submit(wanted)["error"]["message"]
    assert manifest(box, program)["missing"] == [digest(program)]


def test_what_nobody_asked_for_is_told_as_unused(box):
    send(box, b"old", b"new")
    old = files.stored(box.root, digest(b"old"))
    os.utime(old, (1, 1))
    given_up = os.path.join(box.root, "files", "parts", "x.part")
    open(given_up, "w").close()
    assert list(files.unused(box.root, 3600)) == [old]
    os.utime(given_up, (1, 1))
    assert sorted(files.unused(box.root, 3600)) == sorted([old, given_up])
    manifest(box, b"old")
    assert list(files.unused(box.root, 3600)) == [given_up]
