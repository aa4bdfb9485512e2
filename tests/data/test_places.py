"""MNIST is looked for in a fixed order; what is damaged is named, and set aside where that is ours to do."""

import gzip

import numpy as np
import pytest

from coursekit.data import containers, load_mnist, places
from tests.data.conftest import idx, npz, sets


def told(**options):
    lines = []
    load_mnist(fetch=False, say=lines.append, **options)
    return lines


def place(folder, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mnist.npz").write_bytes(content)
    return folder / "mnist.npz"


def test_places_are_tried_in_the_promised_order(computer, little, monkeypatch):
    monkeypatch.setenv(places.VARIABLE, str(computer.named))
    upwards = [computer.work / "data", computer.work.parent / "data", computer.home / "data"]
    folders = [computer.named, computer.clone, *upwards, computer.cache, computer.keras]
    for folder in folders:
        place(folder, npz(little))
    for folder in folders:
        computer.fresh()
        (line,) = told()
        assert line.endswith(f"from {folder / 'mnist.npz'}.")
        (folder / "mnist.npz").unlink()
    computer.fresh()
    assert "stand-in" in told()[-1]


def test_the_variable_may_name_the_file(computer, little, monkeypatch):
    file = computer.named / "digits.npz"
    file.write_bytes(npz(little))
    monkeypatch.setenv(places.VARIABLE, str(file))
    assert str(file) in told()[0]


def test_a_variable_that_names_nothing_is_told_and_the_search_goes_on(computer, little, monkeypatch):
    monkeypatch.setenv(places.VARIABLE, str(computer.named / "gone"))
    path = place(computer.cache, npz(little))
    first, second = told()
    assert "which is not there" in first
    assert str(path) in second


@pytest.mark.parametrize("dot", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_four_idx_files_do_as_well(computer, little, monkeypatch, dot, packed):
    for name, usual in containers.IDX_NAMES.items():
        usual = usual.replace("-idx", ".idx") if dot else usual
        content = gzip.compress(idx(little[name])) if packed else idx(little[name])
        (computer.named / (usual + ".gz" * packed)).write_bytes(content)
    monkeypatch.setenv(places.VARIABLE, str(computer.named))
    (x, y), _ = load_mnist(fetch=False, say=None)
    assert np.array_equal(x, little["x_train"])
    assert np.array_equal(y, little["y_train"])


def test_three_idx_files_are_none(computer, little, monkeypatch):
    for name, usual in list(containers.IDX_NAMES.items())[:3]:
        (computer.named / usual).write_bytes(idx(little[name]))
    monkeypatch.setenv(places.VARIABLE, str(computer.named))
    assert len(told()) == 1


@pytest.mark.parametrize("where", ["clone", "cache"])
def test_damaged_files_are_set_aside_where_they_are_ours_and_the_search_goes_on(computer, little, where):
    folder = getattr(computer, where)
    damaged = npz(little)[:5000]
    path = place(folder, damaged)
    right = place(computer.keras, npz(little))
    first, second = told()
    assert str(path) in first
    assert "set aside as mnist.npz.damaged" in first
    assert str(right) in second
    assert not path.exists()
    assert (folder / "mnist.npz.damaged").read_bytes() == damaged
    place(folder, b"again")
    computer.fresh()
    assert "mnist.npz.damaged-2" in told()[0]
    assert (folder / "mnist.npz.damaged").read_bytes() == damaged


def test_damaged_files_of_others_are_named_and_left_where_they_are(computer, little, monkeypatch):
    monkeypatch.setenv(places.VARIABLE, str(computer.named))
    others = [
        place(folder, npz(sets(7))) for folder in (computer.named, computer.home / "data", computer.keras)
    ]
    *faults, last = told()
    assert [fault.split(" is not MNIST")[0] for fault in faults] == [str(path) for path in others]
    assert all("differs" in fault for fault in faults)
    assert all(path.exists() for path in others)
    assert "stand-in" in last


def test_a_course_folders_own_data_is_ours(computer, little):
    from coursekit.course import LAID

    course = computer.work.parent
    (course / LAID).parent.mkdir()
    (course / LAID).write_text("{}")
    path = place(course / "data", b"damaged")
    assert "set aside" in told()[0]
    assert not path.exists()


def test_a_file_that_cannot_be_read_is_told(computer, monkeypatch):
    path = place(computer.cache, b"")
    original = places.Path.read_bytes

    def refuse(self):
        if self == path:
            raise PermissionError(13, "Permission denied", str(path))
        return original(self)

    monkeypatch.setattr(places.Path, "read_bytes", refuse)
    assert told()[0] == f"{path} cannot be read: Permission denied."
    assert path.exists()
