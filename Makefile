# The first Python from 3.11 on that this machine really has; `make PYTHON=… target` overrides it.
PYTHON ?= $(shell .ci/pythons --default)
BIN := .venv/bin
# Counts tokens in the bench, whose environment holds nothing else that is for development.
COUNTER := "splintr-rs>=0.22,<1"

.DEFAULT_GOAL := help
.PHONY: help demo test check pytest others surface catalogue bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/installed ## see an assistant at work on the embedded simulator
	@$(BIN)/dexter-mcp demo

test: check pytest others ## run lint, types, import contracts, and all tests on every Python found

check: .venv/developing ## run lint, types and import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/lint-imports

pytest: .venv/developing ## run the tests on the default Python, with branch coverage
	$(BIN)/pytest -n auto --cov

others: .venv/developing ## run the tests on every other Python, two at a time
	@targets=$$(.ci/pythons --other-than $(BIN)/python | sed 's/ .*//; s/^/test-on-/'); \
	test -z "$$targets" || $(MAKE) --no-print-directory --jobs=2 --output-sync $$targets

test-on-%: .venv-%/testing
	.venv-$*/bin/pytest -q

surface: .venv/developing ## write tools/ anew, as clients receive it; review the diff
	$(BIN)/python tests/surface.py

catalogue: .venv/developing ## write the catalogue anew, from the description at SENTRY, and docs/coverage.md
	$(BIN)/python tests/operations.py $(SENTRY)
	$(BIN)/python tests/reach.py

bench: .venv/developing ## measure the wheel beside a bare server, and let it soak in a storm
	rm -rf dist .venv-bench
	$(BIN)/python -m build --wheel --no-isolation --outdir dist >/dev/null
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet dist/*.whl $(COUNTER)
	PYTHONPATH=tests .venv-bench/bin/python bench $(BENCH)

clean: ## remove everything that was made here
	rm -rf .venv .venv-* dist build .coverage .hypothesis .import_linter_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment holds pip, then this project, then what developing it takes. Groups of
# dependencies need a newer pip than many a Python brings along.
.venv/installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, with its venv module."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/developing: .venv/installed
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

.venv-%/testing: pyproject.toml
	"$$(.ci/pythons $*)" -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	.venv-$*/bin/python -m pip install --quiet --editable . --group test
	@touch $@

.PRECIOUS: .venv-%/testing
