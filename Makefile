# make demo   deploy to a practice Windows host on this machine, twice, and verify it
# make test   every check and test of the project
# make lock   take the newest versions that pyproject.toml allows into requirements.lock
.PHONY: setup demo test check lock

BIN := .venv/bin

setup:
	@scripts/setup

demo: setup
	@$(BIN)/python scripts/demo.py

test: check
	@$(BIN)/python -m pytest

check: setup
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy

lock:
	@python3 -m venv .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' 'setuptools>=77'
	@.venv-lock/bin/python -m pip freeze --all --exclude-editable --exclude pip | LC_ALL=C sort -f > requirements.lock
	@rm -rf .venv-lock
