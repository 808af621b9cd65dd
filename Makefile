# Each line is a command a person could type; every target does its own set-up.
.DEFAULT_GOAL := run
# Without bytecode every process would compile pandas and scipy anew, for seconds.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: run test check faults storm lab dashboard serve lock bench

run: .venv/installed  ## the monthly pipeline, with embedded defaults;  make run ARGS="-p preset=classic"
	.venv/bin/runner run monthly $(ARGS)

test: .venv/installed  ## all tests;  make test ARGS="tests/insiders -k ladder"
	.venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/installed  ## format, lint, types, notebooks without outputs, import rules, lock and environment in step
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/nbstripout --verify --keep-id notebooks/*.ipynb
	.venv/bin/pytest -q tests/test_rooms.py tests/test_packages.py tests/test_notebooks.py

faults: .venv/installed  ## the long sweep of the fault suite: 2,000 kills, 100,000 values; seeds are printed
	FAULTS_ROUNDS=2000 FAULTS_EXAMPLES=100000 .venv/bin/pytest -s tests/faults $(ARGS)

storm: .venv/installed  ## the long storm: 2,000 kills of deliveries while bucket and database fail; the seed is printed
	STORM_KILLS=2000 .venv/bin/pytest -s tests/storm $(ARGS)

lab: .venv/installed  ## JupyterLab on the notebooks, with the packages of this project, and a scratch run folder
	mkdir -p output_notebooks/scratch
	cd notebooks && JUPYTER_CONFIG_PATH=$(CURDIR)/infra/lab ../.venv/bin/jupyter lab $(ARGS)

dashboard: .venv/installed  ## the pages for the business, on http://localhost:8501;  make dashboard ARGS="--server.port 8600"
	.venv/bin/python -m streamlit run dashboard/app.py $(ARGS)

serve: .venv/installed  ## the history of all runs in a browser, on http://localhost:8700;  make serve ARGS="--write"
	.venv/bin/runner serve $(ARGS)

lock: .venv/installed  ## renew requirements.lock after a change of dependencies in pyproject.toml
	infra/host/lock.sh

bench: .venv/installed  ## how quick all is, as ratios, into benchmarks/results.md;  make bench ARGS="second grid"
	.venv/bin/python -m benchmarks.bench $(ARGS)

.venv/installed: requirements.lock infra/host/install.sh
	infra/host/install.sh
