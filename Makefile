# make demo   deploy to a practice Windows host on this machine, twice, and verify it; then a set, whose primary dies
# make test   every check and test of the project
# make drills     changes ended at each of their steps, in each way, on practice hosts (about 40 minutes)
# make load   the client library under load, with a report (about 25 minutes; on a machine that does nothing else)
# make contract   the behaviours of the PowerShell library, on the Windows host that WINFRA_TEST_HOST names, or on
#                 practice hosts: with answers in Python, and with the PowerShell for Windows in the folder POWERSHELL
# make lock   take the newest versions that pyproject.toml allows into requirements.lock
.PHONY: setup demo test drills load contract check lock

BIN := .venv/bin
# Tests start hundreds of processes, each of which would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

setup:
	@scripts/setup

demo: setup
	@$(BIN)/python scripts/demo.py

# Three processes side by side, a file at a time: much of the time is spent waiting for servers. Then, one at a time,
# what measures how soon something happens.
test: check
	@$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder -m "not alone"
	@$(BIN)/python -m pytest -m alone

drills: setup
	@$(BIN)/python -m pytest -m drill --numprocesses 2

load: setup
	@$(BIN)/python -m benchmarks.load

contract: setup
	@$(if $(POWERSHELL),WINFRA_POWERSHELL='$(POWERSHELL)') $(BIN)/python -m pytest tests/contract

check: setup
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy

lock:
	@python3 -m venv .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' 'setuptools>=77'
	@.venv-lock/bin/python -m pip freeze --all --exclude-editable --exclude pip | LC_ALL=C sort -f > requirements.lock
	@rm -rf .venv-lock
