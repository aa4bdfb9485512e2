"""Repair: whatever happened to a notebook, what is graded is the lesson's, and answers are still there."""

import copy
import json
import os
import re

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator

from coursekit import evaluate
from coursekit.checking import find
from coursekit.grading import layout
from coursekit.grading.layout import lessons_in
from coursekit.grading.repair import Hopeless, find_notebooks, repair
from coursekit.grading.repair.cells import defined
from coursekit.grading.repair.finding import Known
from coursekit.grading.starter import as_file, check_of, is_check, marks, released_notebook, text, topic

WRITTEN = "It doubles because two is one and one."


def with_answers(released, solved):
    """A student's notebook: every answer is the solved one, in its place."""
    answered = copy.deepcopy(released)
    for cell, right in zip(answered["cells"], solved["cells"], strict=True):
        if marks(cell).get("solution"):
            lines = text(right).split("\n")
            cell["source"] = "\n".join(line for line in lines if "SOLUTION" not in line)
    return answered


@pytest.fixture
def released(toy):
    solved = json.loads(toy.solved[0].read_text())
    return released_notebook(solved, toy.lesson, toy.lesson, {})


@pytest.fixture
def answered(toy, released, cell_of):
    notebook = with_answers(released, json.loads(toy.solved[0].read_text()))
    cell_of(notebook, "why-solution")["source"] = WRITTEN
    return notebook


# -- damages: each changes a notebook (or gives other bytes)


def cell(notebook, cell_id):
    return next(one for one in notebook["cells"] if one.get("id") == cell_id)


def place(notebook, cell_id):
    return next((i for i, one in enumerate(notebook["cells"]) if one.get("id") == cell_id), 0)


def plain(kind, source):
    more = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {
        "cell_type": kind,
        "id": f"new-{abs(hash(source)) % 10**8}",
        "metadata": {},
        "source": source,
        **more,
    }


def delete(*ids):
    def damage(notebook):
        notebook["cells"] = [one for one in notebook["cells"] if one.get("id") not in ids]

    return damage


def edit(cell_id, **fields):
    def damage(notebook):
        for one in notebook["cells"]:
            if one.get("id") == cell_id:
                one.update(copy.deepcopy(fields))

    return damage


def duplicate(cell_id, where=1, source=None):
    def damage(notebook):
        if not any(one.get("id") == cell_id for one in notebook["cells"]):
            return
        twin = copy.deepcopy(cell(notebook, cell_id))
        twin["source"] = twin["source"] if source is None else source
        notebook["cells"].insert(place(notebook, cell_id) + where, twin)

    return damage


def move(cell_id, to):
    def damage(notebook):
        if any(one.get("id") == cell_id for one in notebook["cells"]):
            one = notebook["cells"].pop(place(notebook, cell_id))
            notebook["cells"].insert(to, one)

    return damage


STARTER = 'def double(x):\n    """The double of x."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'


def retold(where):
    """The answer is in a new cell, above or below the untouched starter or far below."""

    def damage(notebook):
        old = cell(notebook, "double-solution")
        new = plain("code", text(old))
        old["source"] = STARTER
        notebook["cells"].insert(place(notebook, "double-solution") + where, new)

    return damage


def rewritten(notebook):
    old = place(notebook, "double-solution")
    notebook["cells"][old] = plain("code", text(notebook["cells"][old]))


def merged(*ids):
    def damage(notebook):
        first = cell(notebook, ids[0])
        first["source"] = "\n".join(text(cell(notebook, one)) for one in ids)
        delete(*ids[1:])(notebook)

    return damage


def split(notebook):
    """The answer cell was split, and both halves say that they are it."""
    answer = cell(notebook, "double-solution")
    upper = copy.deepcopy(answer)
    upper["source"] = "two = 2"
    notebook["cells"].insert(place(notebook, "double-solution"), upper)


def written_below(notebook):
    cell(notebook, "why-solution")["source"] = "YOUR ANSWER HERE"
    notebook["cells"].insert(place(notebook, "why-solution") + 1, plain("markdown", WRITTEN))


def written_instead(notebook):
    notebook["cells"][place(notebook, "why-solution")] = plain("markdown", WRITTEN)


def written_as_code_below(notebook):
    cell(notebook, "why-solution")["source"] = "YOUR ANSWER HERE"
    notebook["cells"].insert(place(notebook, "why-solution") + 1, plain("code", WRITTEN))


def no_marks(notebook):
    for one in notebook["cells"]:
        one["metadata"] = {}


def no_ids(notebook):
    notebook["nbformat_minor"] = 4
    for one in notebook["cells"]:
        one.pop("id", None)


def no_marks_no_ids(notebook):
    no_marks(notebook)
    no_ids(notebook)
    notebook["metadata"] = {}


def new_ids(notebook):
    for number, one in enumerate(notebook["cells"]):
        one["id"] = str(number)


def same_ids(notebook):
    for one in notebook["cells"]:
        one["id"] = "same"


def bad_marks(notebook):
    for number, one in enumerate(notebook["cells"]):
        if marks(one):
            one["metadata"]["nbgrader"].update(points=100, schema_version=number % 4, extra=1, checksum="x")


def broken_marks(notebook):
    for one, wrong in zip(notebook["cells"], [None, [], "x", 3, {"grade_id": 7}] * 9, strict=False):
        one["metadata"] = {"nbgrader": wrong}


def marked_more(notebook):
    base = {"grade": True, "solution": False, "locked": True, "schema_version": 3, "points": 50}
    extra = plain("code", "100.0")
    extra["metadata"] = {"nbgrader": {**base, "grade_id": "bonus"}}
    notebook["cells"].append(extra)


def outputs(notebook):
    for one in notebook["cells"]:
        if one["cell_type"] == "code":
            one["outputs"] = [{"output_type": "stream", "name": "stderr", "text": ["x\n"] * 1000}]
            one["execution_count"] = 7


def lists_of_lines(notebook):
    for one in notebook["cells"]:
        one["source"] = text(one).splitlines(keepends=True)


def blocks_swapped(notebook):
    start, middle, end = (place(notebook, one) for one in ("double-prompt", "negate-prompt", "why-prompt"))
    cells = notebook["cells"]
    notebook["cells"] = cells[:start] + cells[middle:end] + cells[start:middle] + cells[end:]


def other_kernel(notebook):
    notebook["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}


def no_format(notebook):
    notebook.pop("nbformat", None)
    notebook.pop("nbformat_minor", None)


def no_prose(notebook):
    notebook["cells"] = [one for one in notebook["cells"] if one["cell_type"] == "code" or marks(one)]


def old_format(notebook):
    as_v3 = nbformat.convert(nbformat.from_dict(copy.deepcopy(notebook)), 3)
    return nbformat.writes(as_v3, version=3).encode()


def json_of(notebook):
    return json.dumps(notebook, indent=1, ensure_ascii=False)


def conflict(notebook):
    lines = json_of(notebook).split("\n")
    middle = next(i for i, line in enumerate(lines) if '"double-check"' in line)
    return "\n".join(
        [*lines[:middle], "<<<<<<< mine", lines[middle], "=======", ">>>>>>> theirs", *lines[middle + 1 :]]
    ).encode()


def a_broken_cell(notebook):
    """A quote is missing in the text of a prose cell."""
    return json_of(notebook).replace("## Recap", '## Re"cap').encode()


DAMAGES = {
    "none": lambda notebook: None,
    "outputs left in": outputs,
    "sources as lists of lines": lists_of_lines,
    "nothing but its own marks": no_prose,
    "no nbformat": no_format,
    "nbformat 4.4": no_ids,
    "nbformat 3": old_format,
    "byte order mark, other line ends": lambda nb: (
        b"\xef\xbb\xbf" + json_of(nb).replace("\n", "\r\n").encode()
    ),
    "UTF-16": lambda nb: json_of(nb).encode("utf-16"),
    "JSON in JSON": lambda nb: json.dumps(json_of(nb)).encode(),
    "cut off in its metadata": lambda nb: json_of(nb).encode()[:-150],
    "text after its end": lambda nb: json_of(nb).encode() + b"\n}garbage{",
    "a comma too many": lambda nb: json_of(nb).replace("\n ],\n", ",\n ],\n").encode(),
    "marks of a merge": conflict,
    "a quote missing in prose": a_broken_cell,
    "other kernel": other_kernel,
    "no metadata": lambda nb: nb.update(metadata={}),
    "metadata of another type": lambda nb: nb.update(metadata=[1]),
    "no marks": no_marks,
    "no marks, no ids": no_marks_no_ids,
    "new ids": new_ids,
    "one id for all": same_ids,
    "marks with other points": bad_marks,
    "marks of another type": broken_marks,
    "marks of its own": marked_more,
    "check deleted": delete("double-check"),
    "all checks deleted": delete("double-check", "negate-check"),
    "check deleted, and its prompt": delete("double-check", "double-prompt"),
    "check edited": edit("double-check", source="2.0"),
    "check edited to a longer one": edit("double-check", source='x = 3\ncheck("toy.double", double)\nx'),
    "check emptied": edit("double-check", source=""),
    "check of another name": edit("double-check", source='check("toy.double", negate)'),
    "check made text": edit("double-check", cell_type="markdown"),
    "check made raw": edit("negate-check", cell_type="raw"),
    "check twice": duplicate("double-check", 2),
    "check at the top": move("double-check", 0),
    "check at the end": move("double-check", 99),
    "check without marks": edit("double-check", metadata={}, id="other"),
    "answer twice": duplicate("double-solution"),
    "answer twice, the starter last": duplicate("double-solution", 1, STARTER),
    "answer twice, the starter first": duplicate("double-solution", 0, STARTER),
    "answer twice, the starter below the check": duplicate("double-solution", 2, STARTER),
    "an experiment below the check": duplicate("double-solution", 2, "def double(x):\n    return None"),
    "an attempt above the answer": duplicate("double-solution", 0, "def double(x):\n    return 7"),
    "answer in a new cell": rewritten,
    "answer above its starter": retold(0),
    "answer between starter and check": retold(1),
    "answer below its check": retold(2),
    "answer at the end": retold(5),
    "answer moved to the top": move("double-solution", 2),
    "answer moved to the end": move("double-solution", 99),
    "answer made text": edit("double-solution", cell_type="markdown"),
    "answer made raw": edit("double-solution", cell_type="raw"),
    "answer without marks": edit("double-solution", metadata={}, id="other"),
    "answer split": split,
    "answer and check merged": merged("double-solution", "double-check"),
    "two exercises merged": merged("double-solution", "double-check", "negate-solution", "negate-check"),
    "two answers merged": merged("double-solution", "negate-solution"),
    "check and next answer merged": merged("double-check", "negate-solution"),
    "exercises swapped": blocks_swapped,
    "set-up deleted": delete("setup"),
    "written answer made code": edit("why-solution", cell_type="code"),
    "written answer below its place": written_below,
    "written answer in a new cell": written_instead,
    "written answer as code below its place": written_as_code_below,
    "written answer twice": duplicate("why-solution", 1, "YOUR ANSWER HERE"),
}


def damaged(notebook, *names):
    """The bytes of a notebook after these damages; one that gives bytes comes last."""
    notebook = copy.deepcopy(notebook)
    for name in names:
        content = DAMAGES[name](notebook)
        if content is not None:
            return content
    return json_of(notebook).encode()


# -- what must hold afterwards


def assert_graded_as_the_lesson_says(notebook, released):
    nbformat.validate(nbformat.from_dict(notebook))
    MetadataValidator().validate_nb(nbformat.from_dict(notebook))
    graded = {marks(one)["grade_id"]: one for one in notebook["cells"] if marks(one)}
    wanted = {marks(one)["grade_id"]: one for one in released["cells"] if marks(one)}
    assert {name: (one["cell_type"], one["metadata"]) for name, one in graded.items()} == {
        name: (one["cell_type"], one["metadata"]) for name, one in wanted.items()
    }
    assert sorted(one for one in graded if is_check(graded[one])) == sorted(
        one for one in wanted if text(graded[one]) == text(wanted[one]) and is_check(wanted[one])
    )
    ids = [one["id"] for one in notebook["cells"]]
    assert len(set(ids)) == len(ids)


def points(notebook):
    """What the answers earn: bound where their checks are, or else when all has run."""
    checks, bound = {}, {}

    def record(exercise, answer):
        bound.setdefault(exercise, answer)

    scope = {"check": record}
    for one in notebook["cells"]:
        if one["cell_type"] != "code":
            continue
        if is_check(one):
            exercise, expression = check_of(text(one))
            checks[exercise] = expression
        source = text(one).replace("from coursekit import check", "")
        try:
            if is_check(one):
                bound[exercise] = eval(expression, scope)
            else:
                exec(source, {**scope, "check": print} if "check(" in source else scope, scope)
        except Exception:
            continue
    for exercise, expression in checks.items():
        if exercise not in bound and expression in scope:
            bound[exercise] = scope[expression]
    return {exercise: float(evaluate(exercise, bound.get(exercise, ...)).points) for exercise in checks}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_notebook_is_graded_in_full(name, answered, released):
    notebook, notes = repair(damaged(answered, name), released)
    assert_graded_as_the_lesson_says(notebook, released)
    assert points(notebook) == {"toy.double": 2, "toy.negate": 1}, notes
    sources = [text(one) for one in notebook["cells"]]
    for kept in ("doubled_value = x + x", "return 0 - x * 1.0", WRITTEN):
        assert any(kept in source for source in sources), kept
    assert WRITTEN in next(text(one) for one in notebook["cells"] if one["id"] == "why-solution")
    assert all(one.get("outputs", []) == [] for one in notebook["cells"])
    quiet = {
        "none",
        "outputs left in",
        "sources as lists of lines",
        "nothing but its own marks",
        "no nbformat",
    }
    quiet |= {
        "nbformat 4.4",
        "byte order mark, other line ends",
        "UTF-16",
        "JSON in JSON",
        "no metadata",
        "new ids",
    }
    quiet |= {"metadata of another type", "one id for all", "marks with other points", "marks of its own"}
    quiet |= {"answer moved to the top", "exercises swapped", "check at the end", "no marks"}
    quiet |= {"marks of another type", "check without marks"}
    assert (notes == []) == (name in quiet), notes


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.sampled_from(sorted({*DAMAGES} - {"nbformat 3"})), min_size=2, max_size=4, unique=True)
)
def test_any_mixture_of_damages_leaves_what_the_lesson_grades(names, answered, released):
    try:
        content = damaged(answered, *names)
    except (StopIteration, KeyError, AttributeError, TypeError, RuntimeError):
        return  # one damage took away what another works on
    try:
        notebook, _ = repair(content, released)
    except Hopeless:
        return
    assert_graded_as_the_lesson_says(notebook, released)


@pytest.mark.parametrize("name", DAMAGES)
def test_repairing_twice_changes_nothing_more(name, answered, released):
    notebook, _ = repair(damaged(answered, name), released)
    again, notes = repair(as_file(copy.deepcopy(notebook)), released)
    assert as_file(again) == as_file(notebook)
    assert notes == []


def test_an_undamaged_notebook_keeps_its_cells(answered, released):
    notebook, notes = repair(as_file(copy.deepcopy(answered)), released)
    assert notes == []
    assert as_file(notebook) == as_file(answered)


def test_an_untouched_notebook_stays_untouched(released):
    notebook, notes = repair(as_file(copy.deepcopy(released)), released)
    assert notes == []
    assert as_file(notebook) == as_file(copy.deepcopy(released))


def test_an_untouched_notebook_without_marks_stays_untouched(released):
    content = damaged(released, "no marks, no ids")
    notebook, notes = repair(content, released)
    assert notes == ["the cells had lost their marks; each was recognized by what is in it"]
    assert [text(one) for one in notebook["cells"]] == [text(one) for one in released["cells"]]
    assert_graded_as_the_lesson_says(notebook, released)


@pytest.mark.parametrize("share", [0.35, 0.5, 0.65, 0.8, 0.95])
def test_whole_cells_of_a_cut_off_file_are_kept(share, answered, released):
    content = json_of(answered).encode()
    cut = content[: int(share * len(content))]
    notebook, notes = repair(cut, released)
    assert_graded_as_the_lesson_says(notebook, released)
    assert re.search(r"damaged .* \d+ cells could be read", notes[0])
    whole = [one for one in answered["cells"] if json.dumps(one["id"]) + "" in cut.decode(errors="ignore")][
        :-1
    ]
    for one in whole:
        if marks(one).get("solution"):
            assert text(one) in [text(other) for other in notebook["cells"]]


def test_what_holds_nothing_of_the_lesson_is_not_graded(answered, released):
    content = json_of(answered).encode()
    other = {"cells": [plain("markdown", "# Other"), plain("code", "def third(x):\n    return x / 3")]}
    for broken in (content[: len(content) // 5], json_of(other).encode()):
        with pytest.raises(Hopeless, match="none of this lesson's exercises"):
            repair(broken, released)


def test_the_lines_of_a_cell_that_is_cut_are_kept(answered, released):
    for one in answered["cells"]:
        one["source"] = text(one).splitlines(keepends=True)
    content = json.dumps(answered, indent=1, sort_keys=True)
    cut = content[: content.index("return doubled_value") + 5]
    notebook, _ = repair(cut.encode(), released)
    answer = next(text(one) for one in notebook["cells"] if one["id"] == "double-solution")
    assert answer.endswith("doubled_value = x + x\n")


def test_an_answer_that_is_not_there_is_not_attempted(answered, released):
    notebook, notes = repair(damaged(answered, "marks of its own"), released)
    content = json_of(notebook)
    gone = json.loads(content)
    delete("double-solution", "double-check")(gone)
    notebook, notes = repair(json_of(gone).encode(), released)
    assert points(notebook) == {"toy.double": 0, "toy.negate": 1}
    assert notes == [
        "the answer cell of double was missing; an empty one was put in its place",
        "the check cell of double was missing and was put back",
    ]


def test_the_starter_of_an_earlier_release_is_no_answer(answered, released):
    earlier = copy.deepcopy(released)
    old = STARTER.replace("The double of x", "An older text")
    cell(earlier, "double-solution")["source"] = old
    retold(1)(answered)  # the answer is in a cell of its own, below the starter
    cell(answered, "double-solution")["source"] = old
    move("double-solution", place(answered, "double-check"))(answered)
    notebook, _ = repair(json_of(answered).encode(), released, [earlier])
    assert points(notebook)["toy.double"] == 2
    assert "doubled_value" in next(text(one) for one in notebook["cells"] if one["id"] == "double-solution")


def test_the_release_that_a_notebook_answers_is_kept(answered, released):
    answered["metadata"]["coursekit"]["release"] = "0123456789"
    notebook, _ = repair(json_of(answered).encode(), released)
    assert notebook["metadata"]["coursekit"]["release"] == "0123456789"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"PK\x03\x04 zip", "an archive"),
        (b"%PDF-1.7", "a PDF"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"def f(x):\n    return x", "no cell"),
        (b"[1, 2]", "has no cells"),
        (b'{"cells": []}', "has no cells"),
        (b'{"cells": [1, null]}', "has no cells"),
        (b"\x00\x01\x02\xff" * 100, "no cell"),
        (b"[" * 100_000, "no cell"),
    ],
)
def test_what_is_no_notebook_is_said(content, says, released):
    with pytest.raises(Hopeless, match=says):
        repair(content, released)


def test_cells_of_strange_shapes_do_no_harm(answered, released):
    strange = [
        {"cell_type": "heading", "source": "x"},
        {"cell_type": 3, "source": None},
        {"source": ["a", 3, None]},
        {"cell_type": "code", "source": "x = 1", "metadata": "x", "id": 7, "attachments": [], "outputs": {}},
        {
            "cell_type": "markdown",
            "source": "x\0y",
            "id": "not valid!",
            "attachments": {"a.png": {"image/png": "AA=="}},
        },
        "no cell",
    ]
    answered["cells"][3:3] = strange
    notebook, _ = repair(json_of(answered).encode(), released)
    assert_graded_as_the_lesson_says(notebook, released)
    assert points(notebook) == {"toy.double": 2, "toy.negate": 1}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(x): pass", {"f"}),
        ("f = lambda x: x", {"f"}),
        ("f, (g, h) = 1, (2, 3)", {"f", "g", "h"}),
        ("%matplotlib inline\n!ls\nf = 1", {"f"}),
        ("if True:\n    def f(): pass\nelse:\n    g: int = 2", {"f", "g"}),
        ("try:\n    import numpy as np\nexcept ImportError:\n    from a import b", {"np", "b"}),
        ("class F:\n    def g(self): pass", {"F"}),
        ("def f(x):\n    return (\n", {"f"}),
        ("x = (", set()),
    ],
)
def test_names_that_a_cell_defines(source, names):
    assert defined(source) == names


# -- which file is which notebook


TOYS = [
    Known("01_toy", "01_toy", frozenset({"double-check"}), frozenset({"double"})),
    Known("01_toy", "01_toy_practice", frozenset({"half-check"}), frozenset({"half"})),
    Known("02_other", "02_other", frozenset({"third-check"}), frozenset({"third"})),
]
HALF = json.dumps({"cells": [plain("code", "def half(x):\n    return x / 2")]})


def found(folder):
    """What is found below a folder of the lesson 01_toy: name -> the paths, the one that counts first."""
    paths = find_notebooks(folder, "01_toy", TOYS)
    return {name: [one.relative_to(folder).as_posix() for one in ones] for name, ones in paths.items()}


def lay(folder, *names, content="{}"):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def test_notebooks_are_found_by_name_in_any_spelling(tmp_path):
    lay(tmp_path, "01_Toy (1).IPYNB", "a/01 toy_practice-2.ipynb")
    assert found(tmp_path) == {
        "01_toy": ["01_Toy (1).IPYNB"],
        "01_toy_practice": ["a/01 toy_practice-2.ipynb"],
    }


@pytest.mark.parametrize("name", ["01_toy.ipynb.txt", "01_toy.ipynb.json", "01_toy.json", "01_toy.ipynb. "])
def test_endings_that_browsers_add_do_no_harm(tmp_path, name):
    lay(tmp_path, name, "data.json", "notes.txt")
    assert found(tmp_path) == {"01_toy": [name]}


def test_a_lone_notebook_is_taken_whatever_its_name(tmp_path):
    lay(tmp_path, "my work/v2/Homework.ipynb")
    lay(tmp_path, ".ipynb_checkpoints/01_toy.ipynb", "__MACOSX/._01_toy.ipynb")
    assert found(tmp_path) == {"01_toy": ["my work/v2/Homework.ipynb"]}


def test_what_no_name_tells_its_content_does(tmp_path):
    lay(tmp_path, "01_toy.ipynb", "third.ipynb")
    lay(tmp_path, "extra.ipynb", content=HALF)
    assert found(tmp_path) == {"01_toy": ["01_toy.ipynb"], "01_toy_practice": ["extra.ipynb"]}


def test_a_copy_of_one_notebook_is_not_taken_for_the_other(tmp_path):
    lay(tmp_path, "01_toy.ipynb", "01_toy (1).ipynb")
    assert found(tmp_path) == {"01_toy": ["01_toy.ipynb", "01_toy (1).ipynb"]}


def test_another_lessons_notebook_is_not_taken(tmp_path):
    lay(tmp_path, "02_other.ipynb")
    assert found(tmp_path) == {}


def test_no_link_is_followed_and_no_pipe_is_opened(tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    lay(outside, "01_toy.ipynb")
    inside.mkdir()
    (inside / "01_toy.ipynb").symlink_to(outside / "01_toy.ipynb")
    (inside / "folder").symlink_to(outside)
    os.mkfifo(inside / "01_toy_practice.ipynb")
    assert found(inside) == {}


def test_folders_without_end_are_looked_into_for_a_while(tmp_path):
    lay(tmp_path, "a/" * 20 + "01_toy.ipynb", "b/" * 400 + "01_toy.ipynb")
    assert found(tmp_path) == {"01_toy": ["a/" * 20 + "01_toy.ipynb"]}


# -- the course's own lessons


def lessons():
    return [
        path
        for name in lessons_in(layout.find_notebooks())
        for path in (layout.find_notebooks() / name).glob("*.ipynb")
    ]


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
@pytest.mark.parametrize(
    "name",
    [one for one in DAMAGES if not re.search("double|negate|why", str(DAMAGES[one].__code__.co_names))],
)
def test_lessons_of_the_course_survive_what_happens_to_whole_notebooks(path, name):
    solved = json.loads(path.read_text(encoding="utf-8"))
    released = released_notebook(solved, path.parent.name, path.stem, {})
    answered = with_answers(released, solved)
    try:
        content = damaged(answered, name)
    except StopIteration:
        pytest.skip("a damage to a cell that this lesson does not have")
    notebook, _ = repair(content, released)
    assert_graded_as_the_lesson_says(notebook, released)
    by_id = {one["id"]: text(one) for one in notebook["cells"]}
    for one in answered["cells"]:
        if marks(one).get("solution"):
            assert by_id[one["id"]] == text(one)
    for one in notebook["cells"]:
        if is_check(one):
            assert find(check_of(text(one))[0]).lesson == topic(path.parent.name)
