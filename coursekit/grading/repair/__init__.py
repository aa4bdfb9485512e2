"""A damaged notebook, made gradeable: by the cells' ids first, then by what they hold.

What is the lesson's comes from the lesson: check cells, points, metadata, kernel. What is the student's
stays, in the student's order, as plain cells where it has no place of its own. An answer counts as it is
when its check's place is reached, and a starter is no answer: so an untouched starter never comes between
an answer and its check, and a check whose answer is only below it moves below it.

reading    the cells of a file, in whatever state it is
broken     the cells of a file that is no JSON
finding    which file is which notebook
cells      what a cell's text says
bench      the notebook while it is mended
checks     check cells: always the lesson's
answers    answers: always the student's
"""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.grading.repair.answers import find_answer, find_written
from coursekit.grading.repair.bench import Bench
from coursekit.grading.repair.checks import find_checks, move_checks, put_checks_back
from coursekit.grading.repair.finding import find_notebooks
from coursekit.grading.repair.reading import Hopeless, read
from coursekit.grading.starter import Notebook, is_written

__all__ = ["Hopeless", "find_notebooks", "repair"]


def repair(
    content: bytes, released: Notebook, earlier: Sequence[Notebook] = ()
) -> tuple[Notebook, list[str]]:
    """The submission as a notebook with every graded cell of `released`, and what was done, in sentences.

    released: the student's version of the notebook (release/LESSON/NAME.ipynb)
    earlier: other releases of the same notebook, whose starters are no answers either
    An undamaged notebook comes back with its cells as they are and without notes; outputs never come back.
    Raises Hopeless where no cell can be read, or none is of this lesson.
    """
    parts, metadata, notes = read(content)
    bench = Bench(parts, released, earlier, notes)
    if not bench.has_answers():
        raise Hopeless("It holds none of this lesson's exercises, as far as it can be read.")
    if not bench.marked:
        bench.note("the cells had lost their marks; each was recognized by what is in it")
    find_checks(bench)
    for cell in bench.solutions:
        (find_written if is_written(cell) else find_answer)(bench, cell)
    put_checks_back(bench)
    move_checks(bench)
    bench.put_setup_back()
    return bench.notebook(metadata), notes
