"""The table of training runs."""

import re

from coursekit.frameworks.results import Results


def noted(**other):
    run = {"images": 1000, "epochs": 7, "seed": 0, "device": "the CPU", "train": 0.99, "valid": 0.8712}
    results = Results()
    results.add("dropout <0.5>", **run | other)
    return results


def test_a_row_says_what_was_changed_seed_device_accuracies_and_gap():
    head, row = (re.split(r"  +", line) for line in str(noted()).splitlines())
    assert head == ["change", "images", "epochs", "seed", "device", "train", "validation", "gap"]
    assert row == ["dropout <0.5>", "1,000", "7", "0", "CPU", "0.990", "0.871", "0.119"]


def test_the_gap_is_that_of_the_printed_accuracies():
    assert str(noted(train=0.8004, valid=0.8996)).endswith("0.800  0.900       −0.100")


def test_a_notebook_shows_the_same_table_as_text_and_as_html():
    results = noted()
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", results._repr_html_())
    assert cells[8:] == ["dropout &lt;0.5&gt;", *re.split(r"  +", str(results).splitlines()[1])[1:]]


def test_a_run_again_takes_the_place_of_its_row_and_another_seed_does_not():
    results = noted()
    again = {"images": 1000, "epochs": 7, "device": "the CPU", "train": 0.5, "valid": 0.5}
    results.add("dropout <0.5>", seed=0, **again)
    assert len(results) == 1
    results.add("dropout <0.5>", seed=1, **again)
    assert len(results) == 2
    assert "0.990" not in str(results)


def test_before_the_first_run_it_says_so_and_shows_no_table():
    assert str(Results()) in Results()._repr_html_()
    assert "<table" not in Results()._repr_html_()
