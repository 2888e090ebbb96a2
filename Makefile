# make demo   deploy to a practice Windows host on this machine, twice, and verify it
# make test   every check and test of the project
# make contract   the behaviours of the PowerShell library, on the Windows host that WINFRA_TEST_HOST names
# make lock   take the newest versions that pyproject.toml allows into requirements.lock
.PHONY: setup demo test contract check lock

BIN := .venv/bin

setup:
	@scripts/setup

demo: setup
	@$(BIN)/python scripts/demo.py

# Two processes side by side, a file at a time: most of the time is spent waiting for servers.
test: check
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

contract: setup
	@$(BIN)/python -m pytest tests/contract

check: setup
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy

lock:
	@python3 -m venv .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' 'setuptools>=77'
	@.venv-lock/bin/python -m pip freeze --all --exclude-editable --exclude pip | LC_ALL=C sort -f > requirements.lock
	@rm -rf .venv-lock
