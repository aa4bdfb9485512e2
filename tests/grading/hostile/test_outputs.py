"""A cell's outputs are messages that anybody may have sent: kept as a notebook can hold them, and capped."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from coursekit.grading.run.outputs import MAX_NOTEBOOK, MAX_OUTPUT, MAX_PARTS, MAX_TEXT, Outputs, Shown


def nested(depth):
    value = "deep"
    for _ in range(depth):
        value = [value]
    return value


def display(data, **more):
    return {"data": data, "metadata": {}, **more}


HTML = "<b>text</b>"
MESSAGES = {
    "deep": ("display_data", display({"text/plain": "1", "application/json": nested(400)})),
    "deep metadata": ("display_data", display({"text/plain": "1"}, metadata={"image/png": nested(400)})),
    "deep error": ("error", {"ename": nested(400), "evalue": nested(400), "traceback": [nested(400)]}),
    "no text": ("display_data", display({"text/plain": 3, "myjson": {"a": 1}, "text/html": [HTML]})),
    "surrogates": (
        "display_data",
        display({"text/plain": "\ud800", "application/json": {"\udfff": "\ud800"}}),
    ),
    "printed": ("stream", {"name": "stdout", "text": "\ud800"}),
    "unlike numbers": ("display_data", display({"application/json": [float("nan"), float("inf")]})),
    "files": (
        "display_data",
        display({"image/png": "x"}, metadata={"filenames": {"image/png": "/etc/passwd"}}),
    ),
    "attributes": (
        "display_data",
        display({"image/png": "x"}, metadata={"image/png": {"width": "1 onload=x"}}),
    ),
    "metadata of another form": ("display_data", display({"image/png": "x"}, metadata={"image/png": 3})),
    "stream of another name": ("stream", {"name": "stdlog", "text": "x"}),
    "numbers for text": ("error", {"ename": 1, "evalue": None, "traceback": 3}),
    "nothing": ("display_data", {}),
}


def taken(*messages):
    outputs = Outputs(Shown())
    for message in messages:
        outputs.add(*message)
    return outputs.kept


@pytest.mark.parametrize("name", MESSAGES)
def test_whatever_is_sent_a_notebook_can_hold_what_is_kept(name):
    cell = new_code_cell("x", outputs=[nbformat.from_dict(one) for one in taken(MESSAGES[name])])
    notebook = new_notebook(cells=[cell])
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()
    json.dumps(notebook, allow_nan=False)


def test_no_output_names_a_file_or_writes_its_own_attributes():
    kept = taken(MESSAGES["files"], MESSAGES["attributes"], MESSAGES["metadata of another form"])
    assert [one["metadata"] for one in kept] == [{}, {"image/png": {}}, {}]


def test_pictures_keep_their_size_and_their_words():
    metadata = {"image/png": {"width": 300, "height": 200.5, "alt": "a line", "needs_background": "light"}}
    (kept,) = taken(("display_data", display({"image/png": "x", "text/plain": "p"}, metadata=metadata)))
    assert kept["metadata"] == metadata


def test_small_outputs_without_end_are_cut_and_the_error_is_told():
    outputs = Outputs(Shown())
    for _ in range(3 * MAX_PARTS):
        outputs.add("stream", {"name": "stdout", "text": "1"})
        outputs.add("stream", {"name": "stderr", "text": "2"})
    outputs.add("error", {"ename": "ValueError", "evalue": "no", "traceback": []})
    assert len(outputs.kept) < 2 * MAX_PARTS
    assert outputs.kept[-1]["ename"] == "ValueError"
    for _ in range(3 * MAX_PARTS):
        outputs.add("display_data", display({"text/plain": "1"}))
    assert len(outputs.kept) < 3 * MAX_PARTS
    assert "more than is kept" in outputs.kept[-1]["text"]


def test_updates_take_no_more_than_outputs_may():
    outputs, large = Outputs(Shown()), "x" * (MAX_OUTPUT // 2)
    for place in range(10):
        named = {"transient": {"display_id": str(place)}}
        outputs.add("display_data", display({"text/plain": "small"}, **named))
    for place in range(10):
        named = {"transient": {"display_id": str(place)}}
        outputs.add("update_display_data", display({"text/plain": large}, **named))
        outputs.add("update_display_data", display({"text/plain": f"last {place}"}, **named))
        outputs.add("update_display_data", display({"text/plain": large}, **named))
    assert len(str(outputs.kept)) < 2 * MAX_OUTPUT
    assert "last 9" in str(outputs.kept)


def test_cells_together_take_no_more_than_a_notebook_may():
    shown, kept = Shown(), []
    for _ in range(2 * MAX_NOTEBOOK // MAX_OUTPUT):
        outputs = Outputs(shown)
        kept.append(outputs.kept)
        outputs.add("display_data", display({"text/plain": "x" * (MAX_OUTPUT - 1000)}))
    assert len(str(kept)) < 1.1 * MAX_NOTEBOOK
    assert "more than is kept" in str(kept[-1])


def test_what_was_cleared_leaves_its_room():
    outputs = Outputs(Shown())
    for turn in range(9):
        outputs.add("clear_output", {"wait": bool(turn % 2)})
        outputs.add("display_data", display({"text/plain": f"{turn}" * (MAX_OUTPUT // 2)}))
        outputs.add("stream", {"name": "stdout", "text": f"{turn}" * (MAX_TEXT - 10)})
    assert [len(one.get("text", one.get("data", {}).get("text/plain"))) for one in outputs.kept] == [
        MAX_OUTPUT // 2,
        MAX_TEXT - 10,
    ]
    assert outputs.kept[0]["data"]["text/plain"][0] == "8"
