# Every target makes what it needs in .venv: a Python >= 3.11, pip and make are enough.
#
#   make demo    train a network on handwritten digits with srcad's gradient
#   make test    lint, types, import directions, all tests
#   make lint    ruff and mypy alone          make fuzz    random programs, at length
#   make coverage  the lines that the quick tests reach
#   make bench   timings beside their targets make docs    write the generated pages
#   make libraries   packages of other people, docs/libraries.md
#   make break   changes that the suite must notice, each in a copy
#   make clean   remove what the targets made

OLD_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python python3.11 python3.12 python3.13 python3.14; do \
	$$p -c "$(OLD_ENOUGH)" 2>/dev/null && echo $$p && break; done)
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip install --quiet --disable-pip-version-check
JOBS ?= 0
EXAMPLES ?= 5000
# Tracing makes tests take two to three times as long, so coverage is that of some quick ones:
# none that sets a trace function itself.
TRACED := tests/errors tests/rules/test_reductions.py tests/test_collections.py \
	tests/test_cotangent.py tests/test_flat.py tests/test_gates.py tests/test_generators.py \
	tests/test_trees.py tests/test_written_containers.py
PYTEST_ARGS ?=

.PHONY: help demo test coverage lint fuzz bench docs libraries clean
.DEFAULT_GOAL := help

help:
	@sed -n '3,12s/^# *//p' Makefile

# ------------------------------------------------------------------ environments
# Where `venv` comes without pip (Debian), the pip of the outer Python fills it.
$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "srcad needs Python >= 3.11: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { $(PYTHON) -m venv --without-pip --clear $(VENV) \
		&& $(PYTHON) -m pip --python $(RUN) install --quiet pip; }
	@touch $@

$(VENV)/.demo: $(VENV)/.made pyproject.toml
	$(PIP) --editable '.[examples]'
	@touch $@

$(VENV)/.libraries: $(VENV)/.test
	$(PIP) --editable '.[libraries]'
	@touch $@

$(VENV)/.test: $(VENV)/.made pyproject.toml
	$(PIP) --editable '.[test,dev,examples]'
	@touch $@

# ------------------------------------------------------------------ what you came for
demo: $(VENV)/.demo
	$(RUN) -m examples.digits

test: lint
	$(RUN) -m pytest -n $(JOBS) --dist worksteal $(PYTEST_ARGS)

coverage: $(VENV)/.test
	$(RUN) -m pytest -q -n $(JOBS) --cov=srcad --cov-report=term $(TRACED)

lint: $(VENV)/.test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy --strict srcad

fuzz: $(VENV)/.test
	SRCAD_EXAMPLES=$(EXAMPLES) $(RUN) -m pytest -n $(JOBS) -m fuzz --hypothesis-profile=fuzz $(PYTEST_ARGS)

bench: $(VENV)/.test
	$(RUN) -m benchmarks $(ARGS)

break: $(VENV)/.test
	$(RUN) -m tests.breaking $(ARGS)

docs: $(VENV)/.test
	$(RUN) -m tests.experts.side_by_side
	$(RUN) -m tests.structure
	$(RUN) -m tests.readme
	$(RUN) -m tests.golden
	$(RUN) -m tests.numpy_functions --write

libraries: $(VENV)/.libraries
	$(RUN) -m tests.libraries --write

clean:
	rm -rf $(VENV) .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
