"""Release: what is checked before students get a lesson, and what they get."""

import json
import zipfile

import nbformat
import pytest

from coursekit.checking import exercises_of, lessons
from coursekit.errors import CannotDo
from coursekit.grading.layout import find_notebooks, lessons_in
from coursekit.grading.release import checks, read_lesson, release, trial, try_out
from coursekit.grading.release.handout import hand_out
from coursekit.grading.starter import (
    CODE_STUB,
    TEXT_STUB,
    as_file,
    check_of,
    exercise_versions,
    released_bytes,
    released_notebook,
    text,
)


def refused(classroom) -> str:
    with pytest.raises(CannotDo) as told:
        read_lesson(classroom, "90_toy")
    return str(told.value)


@pytest.fixture
def change(toy, edit, cell_of):
    """`change(id, source=..., nbgrader=...)` edits a cell of the solved notebook."""

    def apply(cell_id, source=None, nbgrader=None, **metadata):
        def rewrite(notebook):
            cell = cell_of(notebook, cell_id)
            cell["source"] = cell["source"] if source is None else source
            cell["metadata"].update(metadata)
            if nbgrader:
                cell["metadata"]["nbgrader"].update(nbgrader)

        edit(toy.solved[0], rewrite)

    return apply


# -- the whole of it


def test_release_writes_student_notebooks_gradebook_and_zip(classroom, toy, cell_of):
    done = release(classroom)
    (one,) = done["lessons"]
    assert (one["lesson"], one["points"], one["exercises"]) == ("90_toy", 7, 4)

    released = json.loads((classroom.release / "90_toy" / "90_toy.ipynb").read_text())
    assert "doubled_value" not in json.dumps(released)
    assert CODE_STUB.split("\n")[1] in text(cell_of(released, "double-solution"))
    assert text(cell_of(released, "why-solution")) == TEXT_STUB
    stamp = released["metadata"]["coursekit"]
    assert stamp["exercises"] == {"toy.double": 1, "toy.negate": 3, "toy.why": 1}
    assert (stamp["lesson"], stamp["notebook"]) == ("90_toy", "90_toy")
    assert len(list(classroom.releases.rglob(f"90_toy.{stamp['release']}.ipynb"))) == 1

    with classroom.gradebook() as book:
        grades = {
            cell.name: cell.max_score
            for nb in book.find_assignment("90_toy").notebooks
            for cell in nb.grade_cells
        }
    assert grades == {"double-check": 2, "negate-check": 1, "why-solution": 3, "half-check": 1}

    with zipfile.ZipFile(done["zip"]) as archive:
        names = archive.namelist()
        assert (
            archive.read("course/90_toy/90_toy.ipynb")
            == (classroom.release / "90_toy" / "90_toy.ipynb").read_bytes()
        )
        assert archive.getinfo("course/start.sh").external_attr >> 16 & 0o111
        assert b"\r\n" in archive.read("course/start.bat")
    assert {"course/start.bat", "course/README.txt", "course/90_toy/90_toy_practice.ipynb"} <= set(names)
    assert done["wheel"] is None  # the toy clone has no package to build


def test_a_release_takes_the_place_of_the_one_before(classroom, monkeypatch):
    monkeypatch.setattr("coursekit.grading.release.try_out", lambda *_: None)
    release(classroom)
    (classroom.release / "90_toy" / "old.txt").write_text("of an earlier release")
    before = {path: path.read_bytes() for path in classroom.release.rglob("*.ipynb")}
    release(classroom)
    assert not (classroom.release / "90_toy" / "old.txt").exists()
    assert {path: path.read_bytes() for path in classroom.release.rglob("*.ipynb")} == before


def test_nothing_is_written_when_the_trial_fails(classroom, change, monkeypatch):
    monkeypatch.setattr(trial, "execute", lambda notebooks, files, advance: notebooks)
    monkeypatch.setattr(
        trial, "faults_of_solved", lambda notebook: ["the solved version earns 0 of 2 points"]
    )
    with pytest.raises(CannotDo, match="earns 0 of 2"):
        release(classroom)
    assert not classroom.root.exists()


def test_another_language_is_refused(classroom):
    with pytest.raises(CannotDo, match="in English"):
        release(classroom, language="xx")


def test_a_lesson_that_is_not_there_is_refused(classroom):
    with pytest.raises(CannotDo, match="there are: 90_toy"):
        release(classroom, ["91_other"])


# -- the trial


def test_every_cell_that_does_not_do_what_it_must_is_told(classroom, toy, change):
    answer = "def {0}(x):\n    {1}\n    ### BEGIN SOLUTION\n    {2}\n    ### END SOLUTION"
    change("double-solution", answer.format("double", "", "return x * x * 1"))
    change("negate-solution", answer.format("negate", "return -x", "pass"))
    change("setup", toy.setup + "\nprint(undefined)")
    with pytest.raises(CannotDo) as told:
        try_out(classroom, [read_lesson(classroom, "90_toy")])
    faults = str(told.value).split("\n- ")
    assert faults[0] == "90_toy cannot be released:"
    name = "name 'undefined' is not defined"
    assert set(faults[1:]) == {
        f"90_toy.ipynb: cell 'setup' of the solved notebook fails: NameError: {name}",
        "90_toy.ipynb: the solved version earns 0 of 2 points in cell 'double-check'",
        f"90_toy.ipynb: cell 'setup' of the students' version fails: NameError: {name}",
        "90_toy.ipynb: the students' version earns 1 points in cell 'negate-check'",
    }


def output(kind, **fields):
    return {"output_type": kind, **fields}


def test_what_moves_is_there_as_a_picture_with_its_text(classroom, toy, cell_of, monkeypatch):
    """Before a student has run anything, and where widgets cannot be shown."""
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}}
    still = {"image/png": "iVBO", "text/plain": "the curve and a path"}
    shown = [
        output("display_data", data={**widget, **still}, metadata={"image/png": {"alt": "a curve"}}),
        output("display_data", data=widget, metadata={}),
        output("stream", name="stdout", text="x"),
    ]
    notebook = next(iter(read_lesson(classroom, "90_toy").released.values()))
    cell_of(notebook, "setup")["outputs"] = shown
    stills = trial.stills(notebook)
    kept = [output("display_data", data=still, metadata={"image/png": {"alt": "a curve"}})]
    assert stills == {"setup": kept}

    def pretend(classroom, ready, quick):
        ready[0].stills["90_toy.ipynb"] = stills

    monkeypatch.setattr("coursekit.grading.release.try_out", pretend)
    release(classroom)
    released = json.loads((classroom.release / "90_toy" / "90_toy.ipynb").read_text())
    assert cell_of(released, "setup")["outputs"] == kept
    assert cell_of(released, "double-check")["outputs"] == []


@pytest.mark.parametrize(
    ("outputs", "says"),
    [
        ([], "earns no of 2 points"),
        ([output("execute_result", data={"text/plain": "np.float64(2)"})], "earns no of 2"),
        ([output("stream", name="stderr", text="a warning")], "writes on stderr"),
        ([output("error", ename="ValueError", evalue="x")], "fails: ValueError"),
    ],
)
def test_what_nbgrader_would_misread_is_a_fault(classroom, outputs, says, cell_of):
    notebook = next(iter(read_lesson(classroom, "90_toy").solved.values()))
    for cell in notebook["cells"]:
        cell["outputs"] = []
    cell_of(notebook, "double-check")["outputs"] = outputs
    cell_of(notebook, "negate-check")["outputs"] = [output("execute_result", data={"text/plain": "1.0"})]
    (fault,) = trial.faults_of_solved(notebook)
    assert says in fault


def test_a_starter_must_be_called_not_attempted(classroom, cell_of):
    notebook = next(iter(read_lesson(classroom, "90_toy").released.values()))
    says = {
        "double-check": "Not right yet (0 of 2 points)",
        "negate-check": "Not attempted yet (0 of 1 point)",
    }
    for cell_id, said in says.items():
        shown = output("display_data", data={"text/plain": said})
        cell_of(notebook, cell_id)["outputs"] = [shown, output("execute_result", data={"text/plain": "0.0"})]
    (fault,) = trial.faults_of_released(notebook)
    assert "'double-check'" in fault


# -- what can be read off the notebooks


@pytest.mark.parametrize(
    "source",
    [
        'check("toy.double", double); x = 1',
        'check("toy.double", double, 3)',
        'check("toy.double", answer=double)',
        'evaluate("toy.double", double)',
        'name = "toy.double"\ncheck(name, double)',
        'check("toy.double", *double)',
        "check(",
        "",
    ],
)
def test_a_check_cell_is_a_check_and_no_more(classroom, change, source):
    change("double-check", source)
    assert "'double-check' must be exactly check(" in refused(classroom)


def test_check_of_reads_id_and_expression():
    assert check_of('# comment\ncheck("toy.pair",\n      (fit, apply))\n') == ("toy.pair", "(fit, apply)")


@pytest.mark.parametrize(
    ("cell_id", "edited", "says"),
    [
        ("double-check", {"nbgrader": {"points": 5}}, "has 5 points, the exercise 'toy.double' has 2"),
        ("double-check", {"nbgrader": {"grade_id": "other"}}, "another grade_id, 'other'"),
        ("double-check", {"source": 'check("toy.unknown", double)'}, "'toy.unknown', which is no exercise"),
        ("double-check", {"source": 'check("toy.why", double)'}, "'toy.why', which is marked by hand"),
        (
            "double-check",
            {"source": 'check("toy.negate", double)', "nbgrader": {"points": 1}},
            "'toy.double' is missing",
        ),
        (
            "double-check",
            {"source": 'check("toy.half", double)', "nbgrader": {"points": 1}},
            "'toy.double' is missing",
        ),
        ("double-solution", {"nbgrader": {"grade": True, "points": 1}}, "code and would be marked by hand"),
        ("double-solution", {"source": "### BEGIN SOLUTION\nx"}, "without END SOLUTION"),
        ("title", {"source": "### BEGIN SOLUTION\nx\n### END SOLUTION"}, "in no solution cell"),
        ("why-solution", {"nbgrader": {"points": 1}}, "has 1 points, the exercise 'toy.why' has 3"),
    ],
)
def test_metadata_that_differ_from_the_exercises_are_refused(classroom, change, cell_id, edited, says):
    change(cell_id, **edited)
    told = refused(classroom)
    assert says in told
    assert "is missing" in told or "90_toy.ipynb" in told


def test_a_practice_exercise_belongs_into_the_practice_notebook(classroom, toy, edit, cell_of):
    practice = json.loads(toy.solved[1].read_text())
    moved = [cell_of(practice, f"half-{part}") for part in ("solution", "check")]
    toy.solved[1].unlink()
    edit(toy.solved[0], lambda notebook: notebook["cells"].extend(moved))
    assert "'toy.half' is in 90_toy.ipynb and belongs into 90_toy_practice.ipynb" in refused(classroom)


def test_an_exercise_asked_twice_is_refused(classroom, toy, edit, cell_of):
    def twice(notebook):
        cell = json.loads(json.dumps(cell_of(notebook, "double-check")))
        cell["id"] = cell["metadata"]["nbgrader"]["grade_id"] = "double-again-check"
        notebook["cells"].append(cell)

    edit(toy.solved[0], twice)
    assert "'toy.double' is asked 2 times" in refused(classroom)


def test_a_file_that_is_no_notebook_is_refused(classroom, toy):
    toy.solved[0].write_text("{")
    assert "is no notebook" in refused(classroom)


# -- leaks


def copied(cell_id):
    return {"source": f"See: {cell_id}"}


@pytest.mark.parametrize(
    ("where", "edited"),
    [
        ("title", {"source": "A hint: \n\n    doubled_value = x + x\n    return doubled_value\n"}),
        ("setup", {"source": "def twice(x):\n  doubled_value  =  x + x\n  return doubled_value"}),
        ("title", {"answer": "doubled_value = x + x"}),
        ("setup", {"hidden": [{"note": ["return doubled_value"]}]}),
        ("title", {"source": "Because two is one and one, and that is why it is so."}),
    ],
)
def test_solution_text_in_a_cell_is_refused(classroom, change, where, edited):
    change(where, **edited)
    told = refused(classroom)
    assert f"cell '{where}'" in told
    assert "solution" in told


def test_solution_text_in_outputs_metadata_or_files_is_refused(classroom, toy, edit):
    edit(toy.solved[0], lambda notebook: notebook["metadata"].update(note="return doubled_value"))
    (toy.folder / "helper.py").write_text("doubled_value = x + x\n")
    told = refused(classroom)
    assert "its metadata hold" in told
    assert "helper.py holds" in told


def test_solution_text_in_attachments_is_refused(classroom, toy, edit, cell_of):
    attached = {"a.txt": {"text/plain": ["see: return doubled_value"]}}
    edit(toy.solved[0], lambda notebook: cell_of(notebook, "title").update(attachments=attached))
    assert "cell 'title' holds, beside its text, a line of the solution of cell 'double-solution'" in refused(
        classroom
    )


def test_a_line_that_the_lesson_shows_anyway_is_no_leak(classroom, change):
    change("title", source="We write\n\n    return doubled_value\n\nbelow.", note="return doubled_value")
    assert read_lesson(classroom, "90_toy").released


def test_outputs_of_the_source_never_reach_students(classroom, toy, edit, cell_of):
    shown = [output("display_data", data={"text/plain": "doubled_value = x + x"}, metadata={})]
    edit(toy.solved[0], lambda notebook: cell_of(notebook, "setup").update(outputs=shown, execution_count=3))
    released = next(iter(read_lesson(classroom, "90_toy").released.values()))
    assert cell_of(released, "setup")["outputs"] == []


# -- after there are submissions


def test_cells_cannot_change_once_submissions_are_graded(classroom, toy, edit, monkeypatch):
    monkeypatch.setattr("coursekit.grading.release.try_out", lambda *_: None)
    release(classroom)
    with classroom.gradebook() as book:
        book.add_student("ada")
        book.add_submission("90_toy", "ada")
    before = (classroom.release / "90_toy" / "90_toy.ipynb").read_bytes()

    def lock_title(notebook):
        cell = notebook["cells"][0]
        base = {"schema_version": 3, "grade": False, "solution": False, "task": False, "locked": True}
        cell["metadata"]["nbgrader"] = {**base, "grade_id": "title"}

    edit(toy.solved[0], lock_title)
    with pytest.raises(CannotDo, match="Put them back, or begin another class"):
        release(classroom)
    assert (classroom.release / "90_toy" / "90_toy.ipynb").read_bytes() == before


# -- every lesson of the course


def every_solved_notebook():
    return sorted(find_notebooks().glob("*/*.ipynb")) if lessons_in(find_notebooks()) else []


@pytest.mark.parametrize("lesson", lessons())
def test_versions_read_from_files_are_those_of_the_exercises(lesson):
    folder = find_notebooks().parent / "coursekit" / "exercises" / lesson
    read = exercise_versions(folder)
    wanted = {one.id: one.version for one in exercises_of(lesson).values()}
    assert {one: read.get(one, 1) for one in wanted} == wanted


def test_a_wheel_and_a_release_give_the_same_file(classroom, toy, tmp_path):
    lesson = read_lesson(classroom, "90_toy")
    package = tmp_path / "package"
    (package / "exercises").mkdir(parents=True)
    (package / "exercises" / "toy").symlink_to(toy.package / "toy")
    for path, released in lesson.released.items():
        assert released_bytes(path, package) == as_file(released)


def test_a_release_changes_when_and_only_when_its_cells_do(toy):
    solved = json.loads(toy.solved[0].read_text())
    once = released_notebook(solved, "90_toy", "90_toy", {})
    solved["cells"][2]["outputs"] = []
    solved["metadata"]["note"] = "x"
    assert (
        released_notebook(solved, "90_toy", "90_toy", {})["metadata"]["coursekit"]
        == once["metadata"]["coursekit"]
    )
    solved["cells"][0]["source"] = "# Another title"
    assert (
        released_notebook(solved, "90_toy", "90_toy", {})["metadata"]["coursekit"]
        != once["metadata"]["coursekit"]
    )


def test_released_notebooks_are_valid(classroom):
    for released in read_lesson(classroom, "90_toy").released.values():
        nbformat.validate(nbformat.reads(as_file(released).decode(), as_version=4))


def test_zip_has_a_wheel_where_the_clone_has_a_package(tmp_path):
    clone = tmp_path / "clone"
    (clone / "tiny").mkdir(parents=True)
    (clone / "tiny" / "__init__.py").write_text("")
    project = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    (clone / "pyproject.toml").write_text(project + '[project]\nname = "tiny"\nversion = "1"\n')
    assert hand_out(tmp_path / "release", clone, tmp_path / "out.zip") == "tiny-1-py2.py3-none-any.whl"
    assert "out/tiny-1-py2.py3-none-any.whl" in zipfile.ZipFile(tmp_path / "out.zip").namelist()


def test_leaks_name_where_a_solution_comes_from():
    assert checks.leaks({}, {}, {}) == []
