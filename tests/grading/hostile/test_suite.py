"""Hostile submissions earn nothing, touch and hang nothing; honest ones beside them keep every point."""

import pytest

from coursekit.grading.feedback import feedback
from coursekit.grading.sandbox.bubblewrap import missing
from tests.grading.classes import scores
from tests.grading.hostile.attack import executed
from tests.grading.hostile.room import ATTACKS, HONEST, grade_all

isolated = pytest.mark.skipif(bool(missing()), reason=missing() or "isolation works here")
pytestmark = isolated
QUICK = (
    "always equal", "forged replies one reply", "two replies", "reads processes", "points of a billion",
    "kills itself", "heap", "answer that exits",
)  # fmt: skip
GRADED = {"passed", "partly", "wrong", "crashed", "timed-out", "not-attempted"}


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    return grade_all(tmp_path_factory.mktemp("hostile"), ATTACKS)


@pytest.mark.long
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_earns_what_is_right_in_it_and_no_more(seen, attack):
    holds(seen, attack)


def test_a_few_attacks_earn_and_touch_nothing(tmp_path):
    seen = grade_all(tmp_path, [attack for attack in ATTACKS if attack.name in QUICK])
    for name in QUICK:
        holds(seen, next(attack for attack in ATTACKS if attack.name == name))
    assert seen.after[0] == seen.before[0]
    assert seen.after[1] - seen.before[1] | set(seen.left) == set()


def holds(seen, attack):
    told = seen.found[attack.student]
    assert told.error is None
    verdicts = {name: told.verdicts[f"gradient_descent.{name}"] for name in attack.points()}
    given = {name: verdict["points"] for name, verdict in verdicts.items()}
    wanted = attack.points() | {name: given[name] for name in attack.may_lose}
    assert given == wanted
    assert all(verdict["graded"] and verdict["status"] in GRADED for verdict in verdicts.values())
    booked = {name: seen.scores[attack.student][f"{name}-check"] for name in attack.points()}
    assert booked == wanted
    assert "FOUND" not in executed(seen.room, attack.student).replace("print('FOUND'", "")


def test_every_attack_has_a_name_of_its_own():
    assert len({attack.student for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.long
def test_honest_submissions_are_graded_as_without_the_others(seen):
    alone = scores(seen.alone)
    assert {name: seen.scores[name] for name in HONEST} == alone
    assert alone["ann"] == alone["zoe"]


@pytest.mark.long
def test_nothing_that_lies_outside_has_changed(seen):
    assert seen.after[0] == seen.before[0]


@pytest.mark.long
def test_nothing_was_heard_from_inside(seen):
    assert seen.heard == []


@pytest.mark.long
def test_no_process_descriptor_group_or_scratch_is_left(seen):
    assert seen.left == []
    assert seen.after[1] - seen.before[1] == set()
    private = {path.name for path in seen.room.private.iterdir()}
    assert private <= {"journal", "journal-wal", "journal-shm", "lock", "seed", "releases"}


@pytest.mark.long
def test_the_gradebook_holds_every_submission_and_grading_says_so(seen):
    assert seen.result["failed"] == []
    assert seen.result["exit"] == 0
    assert len(seen.result["graded"]) == len(ATTACKS) + len(HONEST)


@pytest.mark.long
def test_feedback_can_be_made_whatever_was_sent(seen):
    assert feedback(seen.room)["failed"] == []
