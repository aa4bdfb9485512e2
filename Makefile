# Everything sets itself up in .venv, shows it, and starts at once when there is nothing to do.
# Without make (Windows, conda): README.md.

PYTHON  ?= python3
WORKERS ?= 2

VENV := .venv
BIN  := $(VENV)/bin

# What a set-up depends on. A stamp newer than these means: nothing to do.
INPUTS := pyproject.toml constraints.txt hatch_build.py tools/install.py

.DEFAULT_GOAL := help
.PHONY: help setup lab demo test test-all lint site bench clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(VENV)/.installed  ## set up .venv, and nothing else

# What the lessons, their frameworks and grading need.
$(VENV)/.course: $(INPUTS)
	@$(PYTHON) tools/install.py $(VENV) grading,torch,keras
	@touch $@

# What tests need too.
$(VENV)/.installed: $(INPUTS)
	@$(PYTHON) tools/install.py $(VENV) dev,torch,keras,cluster,postgresql
	@touch $(VENV)/.course $@

lab: $(VENV)/.course  ## the course folder, in JupyterLab
	@$(BIN)/coursekit lab

demo: $(VENV)/.course  ## the whole life of a class: release, answers, grades, feedback, report
	@$(BIN)/coursekit demo

test: $(VENV)/.installed  ## the tests that every change must pass
	$(BIN)/python -m pytest -n $(WORKERS)

# pytest's 5 is "no test selected".
test-all: $(VENV)/.installed  ## the long ones: browser, load, kills, full training
	$(BIN)/python -m pytest -m long -n $(WORKERS) --dist loadfile || [ $$? -eq 5 ]

lint: $(VENV)/.installed  ## style and types
	$(BIN)/ruff check .
	$(BIN)/mypy

site: $(VENV)/.course  ## the lessons as static pages, in site/
	@$(BIN)/python tools/site.py

bench: $(VENV)/.installed  ## the benchmarks
	@$(BIN)/python -m benchmarks

clean:  ## remove what was built; keeps .venv, course/ and my-course/
	rm -rf site dist build .pytest_cache .ruff_cache .mypy_cache .hypothesis
