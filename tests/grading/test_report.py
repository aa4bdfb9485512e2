"""The class at a glance: its figures, its sentences, its pictures, and the page that holds them."""

import base64
import hashlib
import html.parser
import io
import json
import os
import random
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import matplotlib.image
import numpy as np
import pytest

from coursekit.errors import CannotDo
from coursekit.grading.marks import Mark
from coursekit.grading.report import make_pseudonyms, report, summarize
from coursekit.grading.report.drawing import STYLE
from coursekit.grading.report.heat_map import drawable
from coursekit.grading.report.lesson import Lesson
from coursekit.grading.report.names import Names
from coursekit.grading.report.page import write
from coursekit.grading.report.teaching import advice, sentence, slips
from tests.grading.made_up import ASKED, LESSON, WRITTEN, book, class_of, submission, verdict

STEP, DESCEND = "gradient_descent.step", "gradient_descent.descend"


def lesson_of(graded, names=(), by_hand=(), handed_in=(), pseudonyms=None):
    known = book(graded, names, by_hand)
    return Lesson(summarize(LESSON, graded, handed_in, known), Names(known, pseudonyms))


def page_of(tmp_path, graded, **more):
    return write(tmp_path / "report", [lesson_of(graded, **more)]).read_text(encoding="utf-8")


def question(summary, name):
    return next(one for one in summary.questions if one.name == name)


def climbing(student):
    return submission(
        student, step=verdict("wrong", "climbs", call="step(3.0, 6.0, 0.1)", expected="2.4", got="3.6")
    )


# Figures


def test_a_class_is_counted_by_status():
    summary = lesson_of([submission("a"), climbing("b"), submission("c", "no notebook")]).summary
    assert (summary.handed_in, len(summary.rows), len(summary.failed)) == (3, 2, 1)
    assert question(summary, "step").counts == {"passed": 1, "wrong": 1}
    assert question(summary, "step").mean == 0.5


def test_what_could_not_be_graded_has_no_score():
    broken = submission("b", step=verdict("crashed", graded=False))
    summary = lesson_of([submission("a"), broken, submission("c", "no notebook")]).summary
    assert question(summary, "step").mean == 1.0
    assert question(summary, "step").asked == 1
    assert {row.student for row in summary.rows} == {"a", "b"}


def test_a_mistake_knows_who_shows_it_and_an_input_that_tells_it():
    (shown,) = lesson_of([climbing("a"), climbing("b"), submission("c")]).summary.mistakes
    assert (shown.exercise, shown.slug, shown.students) == (STEP, "climbs", ["a", "b"])
    assert shown.says == next(m.says for m in ASKED[STEP].mistakes if m.slug == "climbs")
    assert (shown.call, shown.expected, shown.got) == ("step(3.0, 6.0, 0.1)", "2.4", "3.6")


def test_a_secret_input_is_no_example():
    secret = submission(
        "a", step=verdict("wrong", "climbs", call="step(1, 2, 3)", expected="4", got="5", secret=True)
    )
    (shown,) = lesson_of([secret]).summary.mistakes
    assert shown.call == ""


def test_a_forgiven_mistake_is_none():
    assert lesson_of([submission("a", step=verdict("passed", "climbs"))]).summary.mistakes == []


def test_points_are_the_gradebooks():
    graded = [climbing("a")]
    known = book(graded)
    known.records["a", LESSON].marks[STEP] = Mark(1.0, 1.0, by_hand=True)
    (row,) = summarize(LESSON, graded, (), known).rows
    assert row.points == sum(exercise.points for exercise in ASKED.values())


def test_who_handed_in_and_is_not_graded_is_said():
    summary = lesson_of([submission("a")], handed_in=["a", "b"]).summary
    assert (summary.ungraded, summary.handed_in) == (["b"], 2)


def test_written_answers_wait_until_they_are_marked():
    (hand,) = lesson_of([submission("a"), submission("b")], by_hand={"b": 3.0}).summary.by_hand
    assert (hand.id, hand.waiting, hand.given) == (WRITTEN, ["a"], [3.0])


def test_a_text_that_was_not_written_waits_for_nobody():
    graded = [submission("a")]
    known = book(graded)
    known.records["a", LESSON].marks[WRITTEN] = Mark(0.0, 4.0)
    (hand,) = summarize(LESSON, graded, (), known).by_hand
    assert (hand.waiting, hand.given, hand.empty) == ([], [], ["a"])


def test_exercises_stand_in_the_order_of_the_lesson():
    graded = [submission("a")]
    known = replace(book(graded), asked={LESSON: [DESCEND, STEP]})
    summary = summarize(LESSON, graded, (), known)
    assert [one.id for one in summary.questions][:2] == [DESCEND, STEP]


def test_an_input_whose_values_agree_tells_nothing():
    changed = submission("a", step=verdict("wrong", "in-place", call="step(...)", expected="[1]", got="[1]"))
    (shown,) = lesson_of([changed]).summary.mistakes
    assert not shown.tells
    assert lesson_of([climbing("a")]).summary.mistakes[0].tells


def test_discrimination_is_the_correlation_with_the_other_exercises():
    graded = class_of(200, seed=3)
    summary = lesson_of(graded).summary
    done = [one for one in graded if one.error is None]
    for one in summary.questions:
        scores = [g.verdicts[one.id]["score"] for g in done]
        rests = [sum(v["points"] for name, v in g.verdicts.items() if name != one.id) for g in done]
        assert one.discrimination == pytest.approx(np.corrcoef(scores, rests)[0, 1])


def test_few_students_or_equal_scores_discriminate_nothing():
    assert {one.discrimination for one in lesson_of(class_of(19)).summary.questions} == {None}
    same = [submission(f"s{i}") for i in range(40)]
    assert {one.discrimination for one in lesson_of(same).summary.questions} == {None}


def test_who_did_not_begin_has_not_tried():
    idle = [submission("b", step=verdict("not-attempted")), submission("c", step=verdict("crashed"))]
    one = question(lesson_of([submission("a"), *idle]).summary, "step")
    assert (one.attempted, one.asked, one.solved) == (2, 3, 1 / 3)


def test_the_slowest_are_named():
    graded = [
        replace(submission(name), seconds=took) for name, took in zip("abcde", (1, 9, 2, 30, 3), strict=True)
    ]
    took = lesson_of([*graded, submission("z", "no notebook")]).summary.times
    assert (took.total, took.median) == (45, 3)
    assert took.slowest == [("d", 30), ("b", 9), ("e", 3)]


# Sentences


def test_a_comment_is_ready_to_be_sent():
    lesson = lesson_of([climbing("a"), climbing("b")], names={"a": "Ana García"})
    (shown,) = lesson.summary.mistakes
    said = lesson.comment(shown)
    assert said.startswith("In step: this goes up the slope")
    assert "For step(3.0, 6.0, 0.1), 2.4 is right; yours gives 3.6." in said
    assert said.endswith(sentence(ASKED[STEP].hints[0]).replace("`", ""))
    assert lesson.addresses(shown.students) == "a@example.org, b@example.org"
    assert lesson_of([climbing("a")], pseudonyms={"a": "Quiet Otter"}).addresses(["a"]) == "Quiet Otter"


def test_what_is_said_of_several_is_said_once():
    graded = [submission(name, repairs=["the setup was put back"]) for name in "abc"]
    graded.append(submission("d", repairs=["one", "two", "three", "four", "five", "the setup was put back"]))
    assert lesson_of(graded).grouped(graded, "repairs") == [
        ("the setup was put back", ["a", "b", "c", "d"]),
        ("One. Two. Three. And 2 more.", ["d"]),
    ]


def test_the_weakest_exercise_is_taught_first():
    graded = [climbing("a"), climbing("b"), submission("c", grid=verdict("wrong"))]
    assert [one.name for one in advice(lesson_of(graded).summary)] == ["step", "grid"]


def test_what_the_class_knows_is_not_taught_again():
    assert advice(lesson_of([submission("a"), submission("b")]).summary) == []


def test_advice_says_how_many_do_what():
    crash = {"step": verdict("crashed", got="NameError")}
    graded = [
        climbing("a"),
        climbing("b"),
        submission("c", **crash),
        submission("d", step=verdict("not-attempted")),
    ]
    (one,) = advice(lesson_of(graded).summary)
    told = [sentence for sentence, _ in one.sees]
    assert told[0].startswith("2 answers: this goes up the slope")
    assert told[1] == "1 stopped with an error, most often with NameError."
    assert told[2] == "1 did not begin."
    assert one.standing == "0 of 4 have it right; the class earned 0 % of its points."


@pytest.mark.parametrize("seed", range(5))
def test_every_wrong_answer_is_told_once(seed):
    summary = lesson_of(class_of(40, seed)).summary
    for told in advice(summary):
        one = question(summary, told.name)
        numbers = [int(sentence.split()[0]) for sentence, _ in told.sees]
        assert sum(numbers) == one.asked - one.counts["passed"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a factor", "A factor."),
        ("this is so.", "This is so."),
        ("x² is x", "x² is x."),
        ("`f` is?", "`f` is?"),
    ],
)
def test_sentences_begin_and_end_as_sentences(text, told):
    assert sentence(text) == told


def test_one_slip_in_several_exercises_is_noticed():
    both = {"step": verdict("wrong", "climbs"), "descend": verdict("wrong", "climbs", DESCEND)}
    (told,) = slips(lesson_of([submission("a", **both), submission("b", **both)]).summary)
    assert told == "Climbs: 4 answers, in `step` (2) and `descend` (2)."


# Pictures


@pytest.mark.parametrize("n", [1, 24, 200])
def test_pictures_say_in_text_what_they_show(n):
    for plot in lesson_of(class_of(n)).plots.values():
        assert len(plot.alt) > 40
        height, width, _ = matplotlib.image.imread(io.BytesIO(plot.png)).shape
        assert 100 < height < 3000
        assert 500 < width < 3000


def test_every_status_has_a_mark_of_its_own():
    marks = [style[2] for style in STYLE.values()]
    assert len(set(marks)) == len(marks)


@pytest.mark.parametrize("name", ["李小龍", "😀", "$x_1$", "a\nb\tc", "\x00", "x" * 500, "محمد", ""])
def test_any_name_can_be_drawn(name):
    shown = drawable(name, "s001")
    assert 0 < len(shown) <= 30
    assert shown.isprintable()
    lesson = lesson_of([submission("s001"), submission("s002")], names={"s001": name})
    assert lesson.plots["heatmap"].png.startswith(b"\x89PNG")


def test_a_large_class_is_drawn_in_groups():
    small, large = (lesson_of(class_of(n)).plots["heatmap"] for n in (40, 400))
    assert "in 10 groups" in large.alt
    heights = [matplotlib.image.imread(io.BytesIO(plot.png)).shape[0] for plot in (small, large)]
    assert heights[1] < heights[0]


# The page


class Reader(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_needs_no_network(tmp_path):
    tags = Reader(page_of(tmp_path, class_of(24))).tags
    addresses = [a[k] for _, a in tags for k in ("src", "href", "action", "data", "srcset") if k in a]
    assert all(address.startswith(("data:image/png;base64,", "#")) for address in addresses)
    assert not [tag for tag, _ in tags if tag in ("link", "iframe", "object", "base")]


def test_every_picture_of_the_page_has_a_text_and_lies_beside_it(tmp_path):
    images = [a for tag, a in Reader(page_of(tmp_path, class_of(24))).tags if tag == "img"]
    assert len(images) == 3
    assert all(image["alt"] for image in images)
    beside = sorted(path.name for path in (tmp_path / "report").glob("*.png"))
    assert beside == [f"{LESSON}-{name}.png" for name in ("distribution", "heatmap", "mistakes")]


def test_pictures_of_an_earlier_report_go(tmp_path):
    page_of(tmp_path, class_of(24))
    page_of(tmp_path, [submission("a")])
    assert not (tmp_path / "report" / f"{LESSON}-mistakes.png").exists()


HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)> {{ 7 * 7 }} `<b>`"


def test_what_students_gave_is_text(tmp_path):
    wrong = verdict("wrong", "climbs", call=HOSTILE, expected=HOSTILE, got=HOSTILE, why=HOSTILE)
    graded = [
        submission("a", step=wrong, repairs=[HOSTILE], flags=[HOSTILE]),
        submission("b", step=wrong, grid=verdict("crashed", got=HOSTILE)),
        submission("c", HOSTILE),
    ]
    text = page_of(tmp_path, graded, names=dict.fromkeys("abc", HOSTILE), handed_in=[HOSTILE])
    assert "alert(" in text
    tags = Reader(text).tags
    assert [tag for tag, _ in tags].count("script") == 1
    assert not [tag for tag, attributes in tags if "onerror" in attributes]
    assert all(a["src"].startswith("data:") for tag, a in tags if tag == "img")


def test_no_script_runs_but_the_pages_own(tmp_path):
    text = page_of(tmp_path, class_of(24))
    (policy,) = [a["content"] for tag, a in Reader(text).tags if a.get("http-equiv")]
    script = text[text.index("<script>") + 8 : text.index("</script>")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")


def test_every_head_of_a_table_says_what_it_is_of(tmp_path):
    tags = Reader(page_of(tmp_path, class_of(24))).tags
    assert {a.get("scope") for tag, a in tags if tag == "th"} == {"col", "row"}
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_what_could_not_be_graded_is_named_first(tmp_path):
    text = page_of(
        tmp_path, [*class_of(10), submission("zz", "the file breaks off")], names={"zz": "Zoë Last"}
    )
    words = " ".join("".join(Reader(text).words).split())
    assert words.index("could not be graded") < words.index("handed in")
    assert words.index("The file breaks off. Zoë Last.") < words.index("What to teach again")


def test_several_lessons_stand_on_one_page(tmp_path):
    gone = [submission("a", lesson="77_gone_by_now")]
    both = [lesson_of(class_of(5)), Lesson(summarize("77_gone_by_now", gone), Names(book(gone)))]
    text = write(tmp_path / "report", both).read_text(encoding="utf-8")
    links = [a["href"] for tag, a in Reader(text).tags if tag == "a"]
    assert links == [f"#{LESSON}", "#77_gone_by_now"]
    assert "Gone by now" in text


@pytest.mark.parametrize("graded", [[submission("a", "broken")], [submission("a")], class_of(2)])
def test_small_classes_have_a_page_too(tmp_path, graded):
    assert "The class at a glance" in page_of(tmp_path, graded)


def test_a_thousand_students_have_a_page_that_opens(tmp_path):
    text = page_of(tmp_path, class_of(1000))
    beside = (tmp_path / "report" / f"{LESSON}-students.html").read_text(encoding="utf-8")
    assert len(text) + len(beside) < 1_500_000
    assert f'href="{LESSON}-students.html"' in text
    assert [tag for tag, _ in Reader(beside).tags].count("tr") == 967 + 1
    page_of(tmp_path, class_of(10))
    assert not (tmp_path / "report" / f"{LESSON}-students.html").exists()


# Names and pseudonyms

WHO = {"ana.garcia": "Ana García", "li_wei": "Wei Li", "s003": "Omar Farouk"}


def test_pseudonyms_leave_no_name_on_the_page(tmp_path):
    graded = [
        submission(
            "ana.garcia",
            repairs=["`Ana_García (final).ipynb` was renamed", "ana.garcia@example.org wrote it"],
        ),
        submission(
            "li_wei",
            flags=["the answers are those of ana.garcia"],
            step=verdict("wrong", "climbs", why="wei/li"),
        ),
        submission("s003", "OMAR's file breaks off, in /home/s003/work"),
    ]
    known = make_pseudonyms(tmp_path / "who.json", WHO, random.Random(0))
    text = page_of(tmp_path, graded, names=WHO, pseudonyms=known)
    for part in ("ana", "garc", "li_wei", "omar", "farouk", "s003", "example.org"):
        assert part not in re.sub(r'base64,[^"]*', "", text).lower().replace("analytic", "")
    assert all(pseudonym in text for pseudonym in known.values())


def test_names_inside_words_are_left_alone():
    known = book([submission("x")], names={"x": "Li Step"})
    names = Names(known, {"x": "Quiet Otter"})
    assert names.hidden("x", "Li has a list; stepwise") == "Quiet Otter has a list; stepwise"


def test_pseudonyms_stay_when_the_class_grows(tmp_path):
    file = tmp_path / "who.json"
    before = make_pseudonyms(file, ["a", "b"])
    after = make_pseudonyms(file, ["b", "c"])
    assert after.items() >= before.items()
    assert set(after) == {"a", "b", "c"}
    assert json.loads(file.read_text()) == after


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_the_owner_can_read_who_is_who(tmp_path):
    make_pseudonyms(tmp_path / "who.json", ["a"])
    assert (tmp_path / "who.json").stat().st_mode & 0o077 == 0


def test_ten_thousand_pseudonyms_differ(tmp_path):
    found = make_pseudonyms(tmp_path / "who.json", map(str, range(10_000)), random.Random(0))
    assert len(set(found.values())) == 10_000


# The command


def test_nothing_graded_yet_is_said(tmp_path):
    empty = SimpleNamespace(root=tmp_path, journal=tmp_path / "journal.db")
    with pytest.raises(CannotDo, match="coursekit grade"):
        report(empty)


def test_the_report_is_opened_on_demand(tmp_path, classroom, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("coursekit.grading.journal.graded", lambda _: [submission("a", lesson="90_toy")])
    result = report(classroom, open_=True)
    assert opened == [Path(result["report"]).as_uri()]
    assert result["lessons"][0]["graded"] == 1
    json.dumps(result)
