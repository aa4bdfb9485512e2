"""The made-up class: its answers are the exercises' own, stand alone, and get the verdicts they should."""

import ast
import contextlib
import functools
import json

import numpy as np
import pytest

from coursekit import evaluate
from coursekit.checking import Exercise, exercises_of
from coursekit.grading import sample
from coursekit.grading.layout import Classroom, find_notebooks, lessons_in
from coursekit.grading.sample import ENDLESS, Expected, class_of
from coursekit.grading.sample.damage import DAMAGES, TRUNCATED, UNREADABLE, as_files, lost
from coursekit.grading.sample.lesson import STYLES, Lesson, styled
from coursekit.grading.sample.source import GIVEN, NoSource, source_of
from coursekit.grading.starter import check_of, is_check, marks, released_bytes, text, topic

FUNCTIONS = [
    exercise
    for lesson in lessons_in(find_notebooks())
    for exercise in exercises_of(topic(lesson)).values()
    if isinstance(exercise, Exercise) and exercise.takes == "function"
]


def defined(source, name):
    scope = {"__name__": "student"}
    exec(compile(source, "<student>", "exec"), scope)
    return scope[name]


def hand_out(classroom):
    """Write what `release` writes, without trying it out."""
    for lesson in classroom.chosen():
        for path in classroom.source(lesson):
            target = classroom.release / lesson / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(released_bytes(path))
    return classroom


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    return hand_out(Classroom(tmp_path_factory.mktemp("clone") / "course", find_notebooks()))


@pytest.fixture(scope="module")
def students(real):
    return class_of(real)


@pytest.fixture
def toy_class(classroom):
    return hand_out(classroom)


# Answers as text


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.id)
def test_every_mistake_stands_alone_under_its_own_name(exercise):
    for mistake in exercise.mistakes:
        for form in mistake.forms:
            source = source_of(form, (exercise.name,))
            assert "coursekit" not in source.replace(f"from {GIVEN} import import_keras", "")
            verdict = evaluate(exercise.id, defined(source, exercise.name))
            assert verdict.mistake == mistake.slug, source
            assert verdict.passed == mistake.forgiven


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "exercise",
    [one for one in FUNCTIONS if not isinstance(one.reference, type)],
    ids=lambda exercise: exercise.id,
)
def test_right_answers_are_right_in_every_style(exercise, style):
    source = styled(source_of(exercise.reference, (exercise.name,)), exercise.name, style)
    assert evaluate(exercise.id, defined(source, exercise.name)).passed


def made(factor):
    return lambda x: factor * helper(x)


def helper(x):
    return x + OFFSET


OFFSET = 3
one, two = lambda x: x + 1, lambda x: x + 2


class Counter:
    def __init__(self, start: int = OFFSET) -> None:
        self.n: int = start

    def again(self):
        return Counter(self.n + 1)


def test_two_lambdas_of_one_line_are_told_apart():
    assert defined(source_of(one, ("f",)), "f")(1) == 2
    assert defined(source_of(two, ("f",)), "f")(1) == 3


def test_what_an_answer_closes_over_is_written_too():
    assert defined(source_of(made(10), ("f",)), "f")(1) == 40


def test_a_partial_keeps_its_arguments():
    assert defined(source_of(functools.partial(np.power, 2), ("f",)), "f")(3) == 8


def test_a_class_is_written_under_the_name_asked_for():
    value = defined(source_of(Counter, ("Value",)), "Value")
    assert value.__name__ == "Value"
    assert value().again().n == 4


def test_several_answers_are_written_together():
    source = source_of((one, two), ("first", "second"))
    assert defined(source, "second")(1) - defined(source, "first")(1) == 1


def test_helpers_of_two_answers_never_share_a_name():
    sources = [source_of(made(factor), (name,)) for factor, name in ((10, "f"), (20, "g"))]
    assert defined("\n\n".join(sources), "f")(1) == 40


@pytest.mark.parametrize("value", ["b", 3, 0.5, [1, 2], ("a", "b"), None])
def test_a_plain_value_is_written_as_it_is(value):
    assert defined(source_of(value, ("choice",)), "choice") == value


@pytest.mark.parametrize("answer", [object(), functools.partial(one, object()), {1, object()}])
def test_what_has_no_source_is_refused(answer):
    with pytest.raises(NoSource):
        source_of(answer, ("f",))


# The class


def test_the_class_is_the_same_for_the_same_seed(real, students):
    assert class_of(real) == students
    assert class_of(real, seed=1) != students


def test_every_named_mistake_is_in_a_class_of_24(real, students):
    shown = {(name, e.mistake) for s in students for name, e in s.expected.items() if not s.unreadable}
    for lesson in map(functools.partial(Lesson, real), real.chosen()):
        for asked in lesson.asked:
            slugs = [mistake.slug for mistake in asked.exercise.mistakes]
            assert list(asked.mistakes) == [
                slug for slug in slugs if slug != "scale-0-255"
            ]  # trained weights
            for slug in asked.mistakes:
                assert (asked.exercise.id, slug) in shown


def test_every_kind_of_hand_in_is_in_a_class_of_24(students):
    kinds = {student.kind for student in students}
    assert set(DAMAGES) | {ENDLESS, sample.DIED, sample.BLANK, sample.MOVED, sample.HALF} <= kinds
    assert len({student.id for student in students}) == 24
    assert len({(student.first, student.last) for student in students}) == 24


def test_every_answer_gets_the_verdict_it_should(students):
    ordinary = [student for student in students if student.kind == sample.ORDINARY]
    for student in ordinary[:3]:
        found: dict[str, str] = {}
        for lesson, files in student.files.items():
            if lesson != "05_mnist":  # whose answers train on what other cells load; the demo runs all of it
                for content in files.values():
                    found |= verdicts(content)
        expected = expected_of(student)
        assert found == {one: says for one, says in expected.items() if not one.startswith("mnist.")}


def verdicts(content):
    """What checking says of a notebook's answers, each asked when all of them are there."""
    cells, scope = json.loads(content)["cells"], {"np": np}
    for cell in cells:
        answers = (
            marks(cell).get("solution") or cell.get("id") == "setup"
        )  # which may define what answers use
        if answers and cell["cell_type"] == "code":
            with contextlib.suppress(NotImplementedError):
                exec(text(cell), scope)
    found = [evaluate(name, eval(e, scope)) for name, e in (check_of(text(c)) for c in cells if is_check(c))]
    return {v.exercise: v.mistake or v.status for v in found}


def expected_of(student):
    return {name: str(expected) for name, expected in student.expected.items()}


def test_any_lesson_makes_a_class(toy_class):
    everybody = class_of(toy_class, n=12, seed=3)
    assert {e.mistake for s in everybody for e in s.expected.values()} >= {"squares", "same"}
    assert all(set(s.expected) == {"toy.double", "toy.negate", "toy.half"} for s in everybody)
    assert all(len(s.files["90_toy"]) == 2 for s in everybody)


@pytest.mark.parametrize("n", [1, 5, 40])
def test_a_class_has_as_many_students_as_asked(toy_class, n):
    assert len({student.id for student in class_of(toy_class, n=n)}) == n


def test_untouched_hands_back_what_was_handed_out(toy_class):
    blank = next(s for s in class_of(toy_class) if s.kind == sample.BLANK)
    for name, content in blank.files["90_toy"].items():
        assert content == (toy_class.release / "90_toy" / name).read_bytes()
    assert set(blank.expected.values()) == {Expected("not-attempted")}


# Damage


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_notebook_is_not_what_was_written(toy_class, kind):
    def fresh():
        return json.loads((toy_class.release / "90_toy" / "90_toy.ipynb").read_text())

    files = DAMAGES[kind]({"90_toy.ipynb": fresh()})
    assert files != as_files({"90_toy.ipynb": fresh()})
    assert len(files) == 1
    if kind in (UNREADABLE, TRUNCATED):
        with pytest.raises(ValueError):
            json.loads(next(iter(files.values())))
    else:
        assert len(json.loads(next(iter(files.values())).decode("utf-8-sig"))["cells"]) >= 9


def test_a_broken_off_file_has_the_answers_before_the_break(real):
    path = next((real.release / "01_gradient_descent").glob("*.ipynb"))
    (content,) = DAMAGES[TRUNCATED]({path.name: json.loads(path.read_text())}).values()
    gone = {name.split(".")[1] for name in lost({path.name: json.loads(path.read_text())})}
    kept = {name for name in ("grid", "step", "regime", "fit_line") if f"def {name}(".encode() in content}
    assert "fit_line" in gone
    assert "grid" in kept
    assert not kept & gone


# What is expected


def test_an_expectation_names_a_mistake_or_a_status():
    verdict = {"status": "wrong", "mistake": "squares", "graded": True}
    assert Expected("wrong", "squares").agrees(verdict)
    assert Expected("wrong").agrees(verdict)
    assert not Expected("wrong", "same").agrees(verdict)
    assert not Expected("passed").agrees(verdict)


def test_what_could_not_be_graded_is_never_as_expected():
    assert not Expected("crashed").agrees({"status": "crashed", "mistake": None, "graded": False})
    assert not Expected("crashed").agrees(None)


def test_solved_answers_that_need_a_wrong_one_stand_alone(real):
    """A right `descend` calls the student's own `step`: where that is wrong, another right one is taken."""
    lesson = Lesson(real, "01_gradient_descent")
    descend = next(asked for asked in lesson.asked if asked.exercise.name == "descend")
    assert descend.needs == {"step"}
    (source,) = descend.alone().values()
    assert "step" not in {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


def test_a_lesson_that_is_not_released_is_said(classroom):
    with pytest.raises(FileNotFoundError):
        class_of(classroom)
