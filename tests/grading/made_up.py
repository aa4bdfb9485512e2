"""A graded class as the journal and the gradebook give it, made up: for tests of what reads them."""

from datetime import datetime

import numpy as np

from coursekit.checking import Exercise, exercises_of
from coursekit.grading.journal import Graded
from coursekit.grading.marks import Book, Mark, Person, Record

LESSON, WRITTEN = "01_gradient_descent", "gradient_descent.discussion"
ASKED = {e.id: e for e in exercises_of("gradient_descent").values() if isinstance(e, Exercise)}


def verdict(status="passed", mistake=None, exercise="gradient_descent.step", score=None, **more):
    score = {"passed": 1.0, "partly": 0.5}.get(status, 0.0) if score is None else score
    most = ASKED[exercise].points
    plain = {"call": "", "expected": "", "got": "", "why": "", "text": "", "graded": True, "secret": False}
    return (
        {"status": status, "score": score, "points": score * most, "max_points": most, "mistake": mistake}
        | plain
        | more
    )


def submission(student, error=None, lesson=LESSON, repairs=(), flags=(), **verdicts):
    """A submission that is right but for the exercises named: `step=verdict("wrong", "climbs")`."""
    found = {name: verdicts.get(name.split(".")[1], verdict(exercise=name)) for name in ASKED}
    when = "2026-03-02T22:10:00+00:00"
    found, written = ({}, []) if error else (found, [WRITTEN])
    return Graded(student, lesson, when, "ab" * 20, 2.5, list(repairs), list(flags), error, found, written)


def book(graded, names=(), by_hand=()):
    """Their gradebook. names: id -> "First Last"; by_hand: id -> points of the discussion."""
    names, by_hand = dict(names), dict(by_hand)
    people, records = {}, {}
    for i, one in enumerate(graded):
        first, _, last = names.get(one.student, "").partition(" ")
        people[one.student] = Person(one.student, first, last, f"{one.student}@example.org", str(1000 + i))
        given = {name: Mark(v["points"], v["max_points"]) for name, v in one.verdicts.items() if v["graded"]}
        mark = by_hand.get(one.student)
        if one.written:
            given[WRITTEN] = Mark(mark, 4.0, waits=mark is None, by_hand=mark is not None)
        raw = sum(mark.score or 0.0 for mark in given.values())
        handed = datetime(2026, 3, 1, 12, 30)
        records[one.student, one.lesson] = Record(one.student, one.lesson, handed, raw, 0.0, given)
    most = sum(e.points for e in ASKED.values()) + 4.0
    return Book(people, {LESSON: (datetime(2026, 3, 2), most)}, records)


def class_of(n, seed=0):
    """`n` submissions with mistakes here and there; one in thirty cannot be graded."""
    rng = np.random.default_rng(seed)
    graded = []
    for i in range(n):
        wrong = {}
        for name, exercise in ASKED.items():
            if rng.random() < 0.35:
                slug = exercise.mistakes[min(int(rng.geometric(0.5)), len(exercise.mistakes)) - 1].slug
                status = ("wrong", "wrong", "partly", "crashed", "timed-out", "not-attempted")[
                    rng.integers(6)
                ]
                slug = slug if status in ("wrong", "partly") else None
                seen = {
                    "call": f"{exercise.name}(3.0)",
                    "expected": "6.0",
                    "got": "NameError" if slug is None else "9.0",
                }
                wrong[exercise.name] = verdict(status, slug, name, why="this is a reason", **seen)
        error = "It is no notebook: the file breaks off." if i % 30 == 17 else None
        graded.append(submission(f"s{i + 1:04d}", error, **wrong))
    return graded
