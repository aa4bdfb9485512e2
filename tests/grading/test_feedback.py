"""Feedback: each verdict, above the notebook and in it, and nothing that acts, pretends or tells."""

import html.parser
import json
import re
import zipfile

import nbformat
import numpy as np
import pytest

from coursekit.checking import find
from coursekit.checking.verdict import show
from coursekit.grading.apply import Applier
from coursekit.grading.feedback import feedback
from coursekit.grading.feedback.formulas import mathml
from coursekit.grading.feedback.markdown import markdown
from coursekit.grading.feedback.notebook import output
from coursekit.grading.feedback.safe import clean
from coursekit.grading.grade import grade
from coursekit.grading.journal import Journal
from coursekit.grading.layout import find_notebooks
from coursekit.grading.run.asked import stable_hash
from coursekit.grading.run.verdicts import outputs_of, ungraded
from coursekit.grading.sandbox.bubblewrap import missing
from tests.grading.classes import CLIMBS, RIGHT, copy_class, hand_in, make_class
from tests.grading.notebooks import LESSON

STEP, DERIVATIVE, DESCEND = (f"gradient_descent.{name}" for name in ("step", "derivative", "descend"))
PAGE = f"{LESSON}.html"


class Reader(html.parser.HTMLParser):
    """The tags of a page with their attributes, and its words."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.said, self._silent = [], [], False
        self.feed(text)
        self.words = " ".join("".join(self.said).split())

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._silent = tag == "style"
        self.said.append(" " if tag in ("td", "th", "tr", "div") else "")

    def handle_endtag(self, tag):
        self._silent = False

    def handle_data(self, data):
        self.said += [] if self._silent else [data]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return make_class(tmp_path_factory.mktemp("class") / "clone")


@pytest.fixture
def room(fresh, tmp_path):
    return copy_class(fresh, tmp_path / "clone")


def verdict(exercise, status="passed", **more):
    score = {"passed": 1.0, "partly": 0.5}.get(status, 0.0)
    most = find(exercise).points
    data = {"status": status, "score": score, "points": score * most, "max_points": most, "graded": True}
    empty = {"mistake": None, "call": "", "expected": "", "got": "", "why": "", "secret": False, "text": "T"}
    return data | empty | more


def graded(room, verdicts, student="ann", change=lambda cells: None, files=None, repairs=()):
    """As grading leaves it: these verdicts in journal, notebook and gradebook. change: of the ran cells"""
    nb = json.loads(hand_in(room, student, RIGHT).read_text())
    cells = {cell["id"]: cell for cell in nb["cells"]}
    for exercise, given in verdicts.items():
        cells[f"{exercise.split('.')[1]}-check"]["outputs"] = outputs_of(exercise, given)
    change(cells)
    scored = {one for one, given in verdicts.items() if given["graded"]}
    with Applier(room) as applier, Journal(room.journal) as journal:
        attempt = journal.begin(student, LESSON, "", "")
        for exercise, given in verdicts.items():
            journal.verdict(attempt, exercise, given)
        written = ["gradient_descent.discussion"]
        journal.end(attempt, seconds=1, repairs=list(repairs), flags=["the grader's own"], written=written)
        applier.apply(student, LESSON, {LESSON: json.dumps(nb)}, files or {}, scored=scored)
        journal.applied(attempt)


def page_of(room, student="ann"):
    assert feedback(room)["exit"] == 0
    return (room.feedback / student / LESSON / PAGE).read_text(encoding="utf-8")


ALL = {STEP: verdict(STEP), DERIVATIVE: verdict(DERIVATIVE), DESCEND: verdict(DESCEND)}

# What a student is told


def test_each_exercise_stands_at_the_top_with_its_verdict_and_points(room):
    seen = {"call": "step(3.0, 6.0, 0.1)", "expected": "2.4", "got": "3.6", "why": "This goes up the slope."}
    fault = ungraded(find(DESCEND), ValueError("the checker's own"))
    graded(
        room,
        {
            STEP: verdict(STEP, "wrong", mistake="climbs", **seen),
            DERIVATIVE: verdict(DERIVATIVE),
            DESCEND: fault,
        },
    )
    words = Reader(page_of(room)).words
    top = words[: words.index("This list is what counts")]
    assert f"{LESSON}: 1 of 8 points, 6 of them not given yet" in top
    for title, said in (
        ("The derivative of x²", "Right 1 of 1"),
        ("One step of gradient descent", "Not right yet 0 of 1"),
        ("Gradient descent, step after step", "Could not be graded yet – of 2"),
        ("What the learning rate does", "Waits for a mark – of 4"),
    ):
        assert re.search(rf"{re.escape(title)}\s*{said}", top), top
    for text in ("step(3.0, 6.0, 0.1)", "2.4", "3.6", "This goes up the slope."):
        assert text in words
    assert "the checker's own" not in words
    assert "the grader's own" not in words


def test_what_was_mended_is_told(room):
    graded(room, ALL, repairs=["the cell <step-check> was copied"])
    assert (
        "Your notebook was mended before it was graded: the cell <step-check> was copied"
        in Reader(page_of(room)).words
    )


def test_marks_comments_and_penalties_are_the_gradebooks(room):
    with room.gradebook() as book:
        book.update_or_create_assignment(LESSON, duedate="2024-01-01 00:00:00")
    graded(room, ALL, files={"timestamp.txt": b"2024-01-03 00:00:00 UTC"})
    with room.gradebook() as book:
        book.find_grade("discussion-solution", LESSON, LESSON, "ann").manual_score = 2.5
        book.find_grade("discussion-solution", LESSON, LESSON, "ann").needs_manual_grade = False
        book.find_comment("discussion-solution", LESSON, LESSON, "ann").manual_comment = "Well *said*."
        book.find_submission_notebook(LESSON, LESSON, "ann").late_submission_penalty = 1.0
        book.find_grade("step-check", LESSON, LESSON, "ann").manual_score = 0.5
        book.db.commit()
    words = Reader(page_of(room)).words
    assert f"{LESSON}: 5 of 8 points" in words
    assert re.search(r"What the learning rate does\s*Marked\s*2.5 of 4", words)
    assert re.search(r"One step of gradient descent\s*Marked\s*0.5 of 1", words)
    assert re.search(r"Handed in late\s*−1", words)
    assert "Comments: Well said." in words


def test_the_archive_holds_a_folder_a_student_and_no_file_of_theirs(room):
    graded(room, ALL, files={"evil.html": b"<script>", "timestamp.txt": b"2024-01-03 00:00:00 UTC"})
    result = feedback(room, zip=True)
    names = zipfile.ZipFile(result["zip"]).namelist()
    assert names == [f"ann/{LESSON}/{PAGE}", f"ann/{LESSON}/timestamp.txt"]


def test_who_handed_in_no_notebook_is_told_so_in_place_of_an_earlier_page(room):
    graded(room, ALL)
    page_of(room)
    for why, told in (("It is a <b>web page</b>.", True), ("OSError: /home/teacher/x", False)):
        with Journal(room.journal) as journal:
            attempt = journal.begin("ann", LESSON, why, "")
            journal.end(attempt, seconds=0, repairs=[], flags=[], written=[], error=why)
            journal.applied(attempt)
        page = Reader(page_of(room))
        assert "could not be graded" in page.words
        assert (why in page.words) == told
        assert "Right" not in page.words
    assert zipfile.ZipFile(feedback(room, zip=True)["zip"]).namelist() == [f"ann/{LESSON}/{PAGE}"]


# What nobody is told

# Right on the public inputs; on the others they tell what they were given in every way they have.
TELLS = """
given = {public!r}
box, told = [0.0], []
def step(x, gradient, learning_rate):
    told.append(repr((x, gradient, learning_rate)))
    box[0] = np.asarray(x) - learning_rate * np.asarray(gradient)
    if len(told) > given:
        print(told)
        raise ValueError(str(told))
    return box[0]
"""
CHANGES = """
box = np.zeros(1)
def derivative(x):
    box[:] = np.ravel(x)[0]
    display = __import__("IPython").display.display
    display(str(x), display_id="told", update=True)
    return box
"""
SHOWS = "__import__('IPython').display.display('nothing', display_id='told')\n"


def secrets_of(seed):
    """What only this seed draws: every number of the secret inputs and their results, as it could be told."""
    found = set()
    for exercise in map(find, (STEP, DERIVATIVE)):
        for case in exercise.tried(np.random.SeedSequence([seed, stable_hash(exercise.id)])):
            if case.secret:
                for value in (*case.args, exercise.reference(*case.args)):
                    numbers = np.ravel(np.asarray(value, float)).tolist()
                    found |= {
                        text for number in numbers for text in (repr(number), show(number), f"{number:.5g}")
                    }
    return {text for text in found if len(text) >= 6}


def test_no_secret_input_reaches_a_student(room):
    seed = 1234567
    public = len(find(STEP).tried())
    leaks = {"step": TELLS.format(public=public), "derivative": SHOWS + CHANGES}
    hand_in(room, "leaks", RIGHT | leaks)
    hand_in(room, "climbs", RIGHT | {"step": CLIMBS})
    grade(room, isolation="none", jobs=1, seed=seed)
    feedback(room)
    secrets = secrets_of(seed)
    assert len(secrets) > 5
    files = [
        path for place in (room.feedback, room.autograded) for path in place.rglob("*") if path.is_file()
    ]
    assert len(files) == 4
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert str(seed) not in text
        assert not {secret for secret in secrets if secret in text}
    assert "an input kept for grading" in (room.feedback / "leaks" / LESSON / PAGE).read_text()


# Notes what it is given wherever it can, and ends the process: the notebook is run again, and may look.
KILLS = """
import glob, os
places = [".", "/tmp", os.path.expanduser("~"), "/dev/shm", "/var/tmp", "/run"]
for place in places:
    for path in glob.glob(place + "/told-{name}"):
        print(open(path).read())
told = []
def step(x, gradient, learning_rate):
    told.append(repr((x, gradient, learning_rate)))
    if told[-1] not in {public!r}:
        for place in places:
            try:
                open(place + "/told-{name}", "w").write(str(told))
            except OSError:
                pass
        os._exit(1)
    return np.asarray(x) - learning_rate * np.asarray(gradient)
"""


@pytest.mark.long
@pytest.mark.skipif(bool(missing()), reason=missing() or "isolated")
def test_no_secret_input_outlives_a_killed_process(room, tmp_path):
    exercise, public = find(STEP), []
    for case in exercise.tried():
        exercise.probe(lambda *given: public.append(repr(given)), *case.args)
    hand_in(room, "kills", RIGHT | {"step": KILLS.format(public=public, name=tmp_path.name)})
    grade(room, isolation="bwrap", jobs=1, seed=7)
    page = page_of(room, "kills")
    assert "The Python process ended while this answer was tried." in page
    assert not {secret for secret in secrets_of(7) if secret in page}


# What a student gives

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><iframe src='data:text/html,x'></iframe>"
    "<a href='javascript:alert(1)' id='step-check' name='step-check'>a</a><svg onload=alert(1)></svg>"
    "<div style='position:fixed;inset:0' class='navbar-fixed-top' role='status'>Full marks</div>"
    "<form action=http://a.b><input></form><link rel=stylesheet href=//a.b><base href=//a.b>"
    "<style>*{}</style>"
)


def rich(**data):
    return {"output_type": "display_data", "data": data, "metadata": data.pop("metadata", {})}


def test_what_a_notebook_shows_runs_nothing_covers_nothing_and_leads_nowhere(room):
    def change(cells):
        png = {"width": "1 onerror=alert(1)", "alt": '"><script>alert(1)</script>', "filenames": "x"}
        cells["end"]["outputs"] = [
            rich(**{"text/html": HOSTILE}),
            rich(**{"text/markdown": HOSTILE + "\n\n# step-check\n\n[a](javascript:alert(1))"}),
            rich(**{"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg'>{HOSTILE}</svg>"}),
            rich(
                **{"image/png": "AAAA", "metadata": {"image/png": png, "filenames": {"image/png": "//a.b"}}}
            ),
            rich(**{"image/png": '"><script>alert(1)</script>', "text/plain": "no picture"}),
            rich(**{"application/javascript": "alert(1)", "text/plain": "text"}),
            rich(**{"text/html": "<b>b</b>", "metadata": {"text/html": {"isolated": True}}}),
            rich(**{"text/latex": "$\\href{javascript:alert(1)}{x}$<script>alert(1)</script>"}),
            {"output_type": "stream", "name": "stdout", "text": HOSTILE},
            {"output_type": "error", "ename": HOSTILE, "evalue": HOSTILE, "traceback": [HOSTILE]},
        ]
        cells["end"]["metadata"]["tags"] = [HOSTILE.replace(",", "")]
        cells["discussion-solution"]["source"] = (
            f"# step-check\n{HOSTILE}\n\n$\\text{{{HOSTILE}}}$ ![a](attachment:b)"
        )
        cells["step-solution"]["source"] += f"\n# {HOSTILE}"

    graded(room, ALL, change=change)
    page = Reader(page_of(room))
    forbidden = {"script", "iframe", "svg", "form", "input", "link", "base", "object", "embed"}
    assert not forbidden & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert not (attributes.get("href") or "#").startswith(("javascript", "data", "/"))
        assert (attributes.get("src") or "data:image/").startswith("data:image/")
        assert "position" not in (attributes.get("style") or "")
        assert "navbar" not in (attributes.get("class") or "")
    anchors = [
        a.get("name", a.get("id")) for _, a in page.tags if "step-check" in (a.get("name"), a.get("id"))
    ]
    assert len(anchors) == 1
    (policy,) = [a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy


def test_only_a_check_looks_like_a_verdict(room):
    panel = outputs_of(STEP, verdict(STEP))
    graded(room, ALL, change=lambda cells: cells["end"].update(outputs=panel))
    panels = [a for tag, a in Reader(page_of(room)).tags if a.get("role") == "status" and a.get("style")]
    assert len(panels) == 3


def test_formgrader_shows_what_students_gave_as_harmlessly(room):
    """Formgrader reads the same settings; a script would run there with the instructor's rights."""
    from nbconvert.exporters import HTMLExporter
    from nbgrader.server_extensions.formgrader.handlers import template_path

    graded(
        room,
        ALL,
        change=lambda cells: (
            cells["end"].update(outputs=[rich(**{"text/html": HOSTILE})]),
            cells["discussion-solution"].update(source=HOSTILE),
        ),
    )
    config = room.config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [template_path]
    config.Exporter.default_preprocessors = []
    exporter = HTMLExporter(config=config)
    path = room.autograded / "ann" / LESSON / f"{LESSON}.ipynb"
    made, _ = exporter.from_filename(
        str(path),
        resources={
            "base_url": "",
            "last_name": "",
            "first_name": "",
            "student": "",
            "notebook_id": "",
            "assignment_id": "",
            "submission_id": "",
            "index": 0,
            "total": 1,
            "nbgrader": {},
        },
    )
    assert "alert(1)" not in re.sub(r"<pre>.*?</pre>", "", made, flags=re.DOTALL)
    assert "Full marks" in made


@pytest.mark.parametrize(
    "text", ["<div>" * 50_000, "<a " * 100_000, "<style>" * 50_000, "\x00<b", "x" * 10**6]
)
def test_any_html_is_cleaned(text):
    assert "<a " not in clean(text)


def test_tables_emphasis_and_held_pictures_stay():
    table = '<table><tbody><tr><th>a</th><td style="text-align:right;">1</td></tr></tbody></table>'
    assert clean(f"<style>td {{}}</style>{table}") == table
    assert (
        clean('<b>b</b> <img alt="a" src="data:image/png;base64,AAAA">')
        == '<b>b</b> <img alt="a" src="data:image/png;base64,AAAA">'
    )


def test_pictures_keep_their_text_and_size():
    given = rich(
        **{"image/png": "AAAA", "metadata": {"image/png": {"alt": "A line", "width": 300, "height": "1"}}}
    )
    assert output(given)["metadata"]["image/png"] == {"alt": "A line", "width": 300}


# Formulas


def test_every_formula_of_the_lessons_is_drawn():
    notebooks = sorted(find_notebooks().glob("*/*.ipynb"))

    texts = [
        cell.source
        for path in notebooks
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown"
    ]
    drawn = [markdown(text) for text in texts]
    assert sum(text.count("<math") for text in drawn) > 200
    assert not [text for text in drawn if "$" in re.sub(r"<code>.*?</code>", "", text)]


NO_MATHEMATICS = [
    r"\text{<b onclick=x>}",
    r"\href{javascript:x}{x}",
    r"\style{position:fixed}{x}",
    r"\class{navbar}{x}",
    r"\color{red' onclick=x}{x}",
    "{" * 900,
]


@pytest.mark.parametrize("tex", NO_MATHEMATICS)
def test_a_formula_holds_nothing_but_mathematics(tex):
    made = mathml(tex, False)
    assert not [a for _, a in Reader(made).tags if {"href", "style", "class", "onclick"} & set(a)]
    assert {tag for tag, _ in Reader(made).tags} <= {"math", "mrow", "mi", "mtext", "mstyle", "mo", "mn"}


def test_no_formula_gets_into_an_attribute():
    made = markdown(
        '![a $x > \\text{" onerror=alert(1) }$](data:image/png;base64,AAAA "$y$")<b title="$z$">b</b>'
    )
    assert not [a for _, a in Reader(made).tags if "onerror" in a]
