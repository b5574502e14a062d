"""Code that a person sent: laid out as a whole from the store, inside its folder, and nowhere else."""

import hashlib
import os

import pytest

from ml_intern_box import files, workspace
from ml_intern_box.errors import BoxError


@pytest.fixture
def root(tmp_path):
    return str(tmp_path / "root")


def keep(root, content):
    """A file of the store; answers its hash."""
    digest = hashlib.sha256(content).hexdigest()
    path = files.stored(root, digest)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    return digest


def tree(folder):
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(at, name), "rb") as file:
                found[os.path.relpath(os.path.join(at, name), folder)] = file.read()
    return found


def test_lays_files_out_and_exchanges_them_as_a_whole(root):
    one, two = keep(root, b"one"), keep(root, b"two")
    first = workspace.lay(root, "mine", [["a.py", one, False], ["src/run.sh", two, True], ["-rf", one, False]])
    folder = first["folder"]
    assert (first["files"], first["removed"], folder) == (3, 0, os.path.join(root, "code", "mine"))
    assert tree(folder) == {"a.py": b"one", "src/run.sh": b"two", "-rf": b"one"}
    assert os.stat(folder + "/src/run.sh").st_mode & 0o777 == 0o700
    assert os.stat(folder + "/a.py").st_mode & 0o777 == 0o600
    second = workspace.lay(root, "mine", [["a.py", two, False]])
    assert (tree(folder), second["removed"]) == ({"a.py": b"two"}, 2)
    assert sorted(os.listdir(root + "/code")) == [".lock", "mine"]


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "", ".", "a//b", "a\0b", "x" * 1001, "\udcff/../x"])
def test_refuses_paths_that_lead_elsewhere_and_leaves_what_was_there(root, path):
    one = keep(root, b"one")
    folder = workspace.lay(root, "mine", [["a.py", one, False]])["folder"]
    with pytest.raises(BoxError):
        workspace.lay(root, "mine", [["b.py", one, False], [path, one, False]])
    assert tree(folder) == {"a.py": b"one"}
    assert sorted(os.listdir(root + "/code")) == [".lock", "mine"]


@pytest.mark.parametrize("name", ["..", "../x", "/x", "", ".hidden", "-rf", "a b", "a\n", None])
def test_refuses_names_that_are_more_than_a_name(root, name):
    with pytest.raises(BoxError):
        workspace.lay(root, name, [["a.py", keep(root, b"one"), False]])


@pytest.mark.parametrize("paths", [["a", "a"], ["a", "a/b"], ["a/b", "a"]])
def test_refuses_two_files_for_one_place(root, paths):
    one = keep(root, b"one")
    with pytest.raises(BoxError) as refused:
        workspace.lay(root, "mine", [[path, one, False] for path in paths])
    assert "want the place" in str(refused.value)


def test_a_file_that_was_not_sent_or_is_damaged_changes_nothing(root):
    one = keep(root, b"one")
    folder = workspace.lay(root, "mine", [["a.py", one, False]])["folder"]
    with pytest.raises(BoxError):
        workspace.lay(root, "mine", [["a.py", "0" * 64, False]])
    with open(files.stored(root, one), "wb") as file:
        file.write(b"other")
    with pytest.raises(BoxError):
        workspace.lay(root, "mine", [["a.py", one, False]])
    assert tree(folder) == {"a.py": b"one"}


def test_links_in_the_way_are_not_followed(root, tmp_path):
    one = keep(root, b"one")
    outside = tmp_path / "outside"
    outside.mkdir()
    os.makedirs(root + "/code")
    os.symlink(str(outside), root + "/code/mine")
    with pytest.raises(BoxError):
        workspace.lay(root, "mine", [["a.py", one, False]])
    os.symlink(str(outside), root + "/code/.other.new")
    with pytest.raises((BoxError, OSError)):
        workspace.lay(root, "other", [["a.py", one, False]])
    assert os.listdir(str(outside)) == []


def test_goes_on_after_one_that_was_killed_in_the_middle(root):
    one = keep(root, b"one")
    os.makedirs(root + "/code/.mine.new/left")
    os.makedirs(root + "/code/.mine.old")
    folder = workspace.lay(root, "mine", [["a.py", one, False]])["folder"]
    assert tree(folder) == {"a.py": b"one"}
    assert sorted(os.listdir(root + "/code")) == [".lock", "mine"]


@pytest.mark.parametrize("wanted", [None, {}, [["a"]], [["a", "b", 1]], [[1, "b", True]]])
def test_refuses_a_list_that_is_none(root, wanted):
    with pytest.raises(BoxError):
        workspace.lay(root, "mine", wanted)
