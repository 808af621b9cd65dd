# Each line is a command a person could type; every target does its own set-up.
.DEFAULT_GOAL := run
.PHONY: run test check lab lock bench

run: .venv/installed  ## the monthly pipeline, with embedded defaults;  make run ARGS="-p preset=classic"
	.venv/bin/runner run monthly $(ARGS)

test: .venv/installed  ## all tests;  make test ARGS="tests/insiders -k ladder"
	.venv/bin/pytest -n 2 --dist loadfile $(ARGS)

check: .venv/installed  ## format, lint, types, notebooks without outputs, import rules, lock and environment in step
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/nbstripout --verify --keep-id notebooks/*.ipynb
	.venv/bin/pytest -q tests/test_rooms.py tests/test_packages.py tests/test_notebooks.py

lab: .venv/installed  ## JupyterLab on the notebooks, with the packages of this project
	cd notebooks && ../.venv/bin/jupyter lab $(ARGS)

lock: .venv/installed  ## renew requirements.lock after a change of dependencies in pyproject.toml
	infra/host/lock.sh

bench: .venv/installed  ## what we measure: see benchmarks/README.md
	.venv/bin/python benchmarks/reading.py

.venv/installed: requirements.lock infra/host/install.sh
	infra/host/install.sh
