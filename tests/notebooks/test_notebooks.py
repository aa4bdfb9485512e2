"""The rules that every solved notebook keeps."""

from __future__ import annotations

import ast
import inspect
import re

import pytest

from coursekit.exercises.quiz import Quiz
from coursekit.grading.starter import check_of, released_notebook

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
MARKS = {"grade", "grade_id", "locked", "schema_version", "solution", "task"}


def text_of(cells) -> str:
    return "\n\n".join(cell.source for cell in cells)


NO_PROSE = re.compile(
    r"(?s:```.*?```)|(?s:\$\$.*?\$\$)"  # code, formulas
    r"|\$[^$\n]+\$|`[^`\n]*`|\]\([^)]*\)"  # the same within a line, and addresses
    r"|^\|.*$|^#+ .*$",  # tables, headings
    flags=re.MULTILINE,
)


def words(source: str) -> int:
    return len(re.findall(r"[^\W\d_][\w'’-]*", NO_PROSE.sub(" ", source)))


def names_in(expression: str) -> list[str]:
    tree = ast.parse(expression, mode="eval").body
    return [node.id for node in (tree.elts if isinstance(tree, ast.Tuple) else [tree])]


def test_ids_are_readable_and_unique(lesson):
    ids = [cell.id for cell in lesson.cells]
    assert len(set(ids)) == len(ids)
    for one in ids:
        assert re.fullmatch(r"[a-zA-Z][\w-]{2,40}", one), one
        assert not re.fullmatch(r"[0-9a-f]{8}", one), f"{one} is made by a program"


def test_nbgrader_metadata_is_valid(lesson):
    nbgrader = pytest.importorskip("nbgrader.nbgraderformat")
    nbgrader.MetadataValidator().validate_nb(lesson.notebook)
    marked = [cell for cell in lesson.cells if "nbgrader" in cell.metadata]
    for cell in marked:
        marks = cell.metadata.nbgrader
        assert marks.grade_id == cell.id
        assert marks.schema_version == 3
        assert set(marks) == MARKS | ({"points"} if marks.grade else set()), cell.id
        assert cell.id.endswith(("-solution", "-check")), cell.id


def test_points_are_those_of_the_exercises(lesson):
    for one in lesson.asked.values():
        cell = lesson.cell(f"{one.name}-solution" if one.by_hand else f"{one.name}-check")
        assert cell.metadata.nbgrader.points == one.points, one.id


def test_nothing_that_was_run_is_kept(lesson):
    assert "widgets" not in lesson.notebook.metadata
    for cell in lesson.of("code"):
        assert cell.outputs == [], cell.id
        assert cell.execution_count is None, cell.id
        assert "execution" not in cell.metadata, cell.id


def test_the_kernel_is_every_pythons(lesson):
    kernel = lesson.notebook.metadata.kernelspec
    assert (kernel.name, kernel.language) == ("python3", "python")
    assert lesson.notebook.nbformat_minor >= 5  # ids are kept from here on


def test_headings_are_in_order(lesson):
    heads = re.findall(r"^(#+) +(.+)$", text_of(lesson.of("markdown")), flags=re.MULTILINE)
    levels = [len(marks) for marks, _ in heads]
    assert levels[0] == 1
    assert levels.count(1) == 1
    for before, (marks, title) in zip(levels, heads[1:], strict=False):
        after = len(marks)
        assert after <= before + 1, f"{title!r} leaves out a level"
    numbers = [int(n) for _, title in heads if (n := (re.match(r"Exercise (\d+)", title) or [0, ""])[1])]
    assert numbers == list(range(1, len(lesson.asked) + 1))


def test_it_opens_with_what_a_student_must_know(lesson):
    opening, setup = lesson.cells[:2]
    assert opening.cell_type == "markdown"
    assert opening.source.startswith("# ")
    for asked in (r"You will", r"\d+ minutes", r"Know first"):
        assert re.search(asked, opening.source), asked
    assert 2 <= len(re.findall(r"^- ", opening.source, flags=re.MULTILINE)) <= 4
    assert (setup.id, setup.cell_type) == ("setup", "code")


def test_it_closes_with_recap_links_and_glossary(lesson):
    closing = lesson.cells[-1]
    assert closing.cell_type == "markdown"
    for asked in (r"^## Recap", r"\]\(https://", r"^\| *English *\| *Español *\|"):
        assert re.search(asked, closing.source, flags=re.MULTILINE), asked


def test_everything_is_imported_in_the_setup_cell(lesson):
    for cell in lesson.of("code"):
        imports = [n for n in ast.walk(lesson.tree(cell)) if isinstance(n, ast.Import | ast.ImportFrom)]
        assert cell.id == "setup" or not imports, cell.id


def test_code_cells_are_short(lesson):
    for cell in lesson.of("code"):
        lines = [line for line in cell.source.splitlines() if line.strip() not in (BEGIN, END, "")]
        a_class = any(isinstance(node, ast.ClassDef) for node in lesson.tree(cell).body)
        a_few_more = cell.id == "setup"  # to set a framework up
        most = 30 if a_class else 22 if a_few_more else 15
        assert len(lines) <= most, f"{cell.id}: {len(lines)} lines"
        assert max(map(len, lines)) <= 110, cell.id


# Cells and words. Lesson 5 is an exercise list: 25 exercises of three cells each in Keras' notebook alone.
LENGTH = (30, 50), (500, 900)
LENGTHS = {"mnist_keras": ((105, 120), (1200, 1600)), "mnist_pytorch": ((60, 75), (900, 1200))}


def test_length(lesson):
    if lesson.practice:
        pytest.skip("a practice notebook has as many exercises as it has")
    read = [cell for cell in lesson.of("markdown") if not cell.id.endswith("-solution")]
    cells, prose = LENGTHS.get(lesson.path.stem, LENGTH)
    assert cells[0] <= len(lesson.cells) <= cells[1]
    assert prose[0] <= words(text_of(read)) <= prose[1]


def test_every_exercise_is_asked_in_its_place(lesson):
    """Core exercises in the lesson's notebooks, the others in its practice notebook, each once."""
    notebooks = [type(lesson)(path) for path in sorted(lesson.path.parent.glob("*.ipynb"))]
    asked = [one for notebook in notebooks for one in notebook.asked.values()]
    assert sorted(one.id for one in asked) == sorted(lesson.exercises)
    for one in lesson.asked.values():
        assert one.core is not lesson.practice, one.id


def test_an_exercise_is_prompt_solution_check(lesson):
    ids = [cell.id for cell in lesson.cells]
    for one in lesson.asked.values():
        first = ids.index(f"{one.name}-prompt")
        rest = ["solution"] if one.by_hand else ["solution", "check"]
        assert ids[first + 1 : first + 1 + len(rest)] == [f"{one.name}-{part}" for part in rest]
    parts = [one for one in ids if one.endswith(("-solution", "-check"))]
    assert len(parts) == 2 * len(lesson.by_code) + (len(lesson.asked) - len(lesson.by_code))


def test_solution_cells_are_marked_as_such(lesson):
    for one in lesson.asked.values():
        solution = lesson.cell(f"{one.name}-solution")
        marks = solution.metadata.nbgrader
        assert (marks.solution, marks.grade, marks.locked) == (True, one.by_hand, False), one.id
        assert solution.cell_type == ("markdown" if one.by_hand else "code")


def test_check_cells_are_a_check_and_nothing_else(lesson):
    for one in lesson.by_code:
        cell = lesson.cell(f"{one.name}-check")
        marks = cell.metadata.nbgrader
        assert (marks.grade, marks.solution, marks.locked) == (True, False, True), one.id
        asked, answer = check_of(cell.source)
        assert cell.source == f'check("{one.id}", {answer})'
        assert names_in(answer)  # names, not calls: the object is asked
        assert asked == one.id


def test_signature_and_docstring_stay_in_the_released_notebook(lesson):
    released = released_notebook(lesson.notebook, lesson.path.parent.name, lesson.path.stem, {})
    sources = {cell["id"]: cell["source"] for cell in released["cells"]}
    for one in lesson.by_code:
        source = sources[f"{one.name}-solution"]
        assert "raise NotImplementedError()" in source, one.id
        defined = {n.name: n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        _, answer = check_of(sources[f"{one.name}-check"])
        for name in names_in(answer):
            assert ast.get_docstring(defined[name]), f"{name} has no docstring"


def test_parameters_are_the_references(lesson):
    for one in lesson.by_code:
        _, answer = check_of(lesson.cell(f"{one.name}-check").source)
        references = one.reference if isinstance(one.reference, tuple) else (one.reference,)
        for name, reference in zip(names_in(answer), references, strict=True):
            solved = inspect.signature(lesson.scope[name]).parameters.values()
            right = inspect.signature(reference).parameters.values() if callable(reference) else []  # a quiz
            right = [p for p in right if p.kind is not p.VAR_KEYWORD]  # by which it also makes wrong answers
            named = re.findall(r"\w+", one.signature)  # other parameters with a default are for its own use
            right = [p for p in right if p.default is p.empty or p.name in named]
            if inspect.isclass(reference):  # what has a default is for its own use
                solved, right = ([p for p in both if p.default is p.empty] for both in (solved, right))
            assert [(p.name, p.default) for p in solved] == [(p.name, p.default) for p in right], name


def test_prompts_say_signature_form_and_example(lesson):
    for one in lesson.by_code:
        prompt = lesson.cell(f"{one.name}-prompt").source
        assert f"`{one.signature}`" in prompt, one.id
        assert re.search(r"shape|number|text|list|draws", prompt), f"{one.id}: what goes in and out?"
        if isinstance(one, Quiz):
            assert one.prompt in prompt, f"{one.id}: the question and its choices"
        else:
            assert re.search(r"^Example: `", prompt, flags=re.MULTILINE), one.id


def test_prompts_of_means_and_sums_say_which(lesson):
    for one in lesson.by_code:
        says = " ".join(mistake.says for mistake in one.mistakes)
        if any(m.slug in ("sum-not-mean", "mean-not-sum", "mean-taken") for m in one.mistakes):
            prompt = lesson.cell(f"{one.name}-prompt").source.lower()
            assert re.search(r"mean|sum", prompt), f"{one.id}: {says}"


def test_prompts_of_written_answers_hold_the_rubric(lesson):
    for one in lesson.asked.values():
        if one.by_hand:
            prompt = lesson.cell(f"{one.name}-prompt").source
            for points, earns in one.rubric:
                line = f"- {points} point{'s' * (points != 1)}: {earns}"
                assert line.rstrip(".;") in prompt, f"{one.id}: {line}"


def test_no_cell_takes_an_answer_from_the_reference(lesson):
    names = {one.name for one in lesson.exercises.values()}
    ours: set[str] = set()  # what coursekit's own modules are called in this notebook
    for cell in lesson.of("code"):
        for node in ast.walk(lesson.tree(cell)):
            taken: set[str] = set()
            if isinstance(node, ast.Import | ast.ImportFrom):
                source = getattr(node, "module", None)
                for alias in node.names:
                    if (source or alias.name).startswith("coursekit"):
                        ours.add(alias.asname or alias.name.split(".")[0])
                        taken |= {alias.name} if source != "coursekit" else set()  # check, explore, hint
            elif isinstance(node, ast.Attribute):  # of a module; a method of a model is the student's own
                root = ast.unparse(node).split(".")[0]
                taken = {node.attr} if root in ours else set()
            assert not taken & names, f"{cell.id}: {taken & names}"


def test_pictures_come_with_words(lesson):
    for cell in lesson.of("code"):
        for node in ast.walk(lesson.tree(cell)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "picture":
                alt = node.args[1]
                assert isinstance(alt, ast.Constant), cell.id
                assert len(alt.value.split()) >= 8, f"{cell.id}: {alt.value!r}"
            if not cell.id.endswith("-solution"):
                assert not (isinstance(node, ast.Name) and node.id == "plt"), f"{cell.id}: use picture()"
    for alt in re.findall(r"!\[(.*?)\]\(", text_of(lesson.of("markdown"))):
        assert len(alt.split()) >= 8


def test_predictions_do_not_show_their_answer(lesson):
    """`predict(...)` holds the answer: JupyterLab folds its cell, and the static pages leave it out."""
    for cell in lesson.of("code"):
        calls = [ast.unparse(n.func) for n in ast.walk(lesson.tree(cell)) if isinstance(n, ast.Call)]
        if "predict" in calls:
            assert cell.metadata.jupyter.source_hidden is True, cell.id
            assert "hide-input" in cell.metadata.tags, cell.id
            assert cell.source.startswith("# "), f"{cell.id}: the first line is seen when it is folded"
