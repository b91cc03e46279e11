# Every command here is what CI, pre-commit and people use; `make` alone lists them.
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
ARGS ?=
PY := .venv/bin/python
BESIDE_SERVERS := $(PY) tools/stack.py run --
ready := $(PYTHON) tools/bootstrap.py
# What a production server would be given, for checks that start no server.
LIKE_PRODUCTION := DATABASE_URL=postgres://liaison@127.0.0.1/liaison REDIS_URL=redis://127.0.0.1:6379/0 \
	SECRET_KEY=only-for-checks-9Lw3xTqV7mZ2bRk8NfYd5HsJc6PgQa4EuXv1 \
	ALLOWED_HOSTS=liaison.example HTTPS=1 BEHIND_PROXY=1 PUBLIC_URL=https://liaison.example DEBUG=0

.DEFAULT_GOAL := help
.PHONY: help run test check fix lock seed manage screenshots bench-assign bench-calendar bench-tickets

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 22

run: ## start the product on this machine (PORT=8000 HOST=127.0.0.1); Ctrl-C stops it
	@$(ready)
	@exec $(PY) tools/stack.py serve --host $(HOST) --port $(PORT)

ifeq ($(strip $(ARGS)),)
test: check ## everything CI checks; ARGS="tests/scenarios -x" hands pytest its arguments instead
	@$(ready) --tests
	@$(BESIDE_SERVERS) $(PY) -m pytest -n 2
else
test:
	@$(ready) --tests
	@$(BESIDE_SERVERS) $(PY) -m pytest $(ARGS)
endif

check: ## style, types, import contracts, templates, deployment, migrations, compose file
	@$(ready) --tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports
	$(LIKE_PRODUCTION) $(PY) -m mypy .
	$(PY) -m djlint templates --lint --quiet
	$(LIKE_PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	$(BESIDE_SERVERS) $(PY) manage.py makemigrations --check --dry-run
	.venv/bin/podman-compose --podman-path /bin/echo --env-file .env.example config >/dev/null  # parses; starts nothing

fix: ## mend what ruff and djlint can mend
	@$(ready) --tests
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock: ## compile requirements/*.in into the pinned lists with hashes (UPGRADE=--upgrade renews all)
	@$(ready) --tests
	@for list in base trial dev node; do \
		$(PY) -m uv pip compile --quiet --universal --python-version 3.11.2 --generate-hashes \
			--no-emit-index-url --no-header $(UPGRADE) requirements/$$list.in -o requirements/$$list.txt || exit 1; \
	done

seed: ## put the demo city into this machine's data, whether it runs or not
	@$(ready)
	@$(PY) tools/stack.py manage seed_demo

manage: ## ARGS="issue_token USERNAME": a manage.py command on this machine's data
	@$(ready)
	@$(PY) tools/stack.py manage $(ARGS)

screenshots: ## the pictures of README.md's tour
	@$(ready) --tests
	@$(BESIDE_SERVERS) $(PY) -m tools.screenshots

bench-assign: ## how long a proposal takes for 15,000 officials and 21,000 companies (ARGS=--small: a tenth)
	@$(ready) --tests
	@$(BESIDE_SERVERS) $(PY) -m tools.bench_assign $(ARGS)

bench-calendar: ## how long a change of the calendar takes with 10,000 open problems (ARGS=--small: a tenth)
	@$(ready) --tests
	@$(BESIDE_SERVERS) $(PY) -m tools.bench_calendar $(ARGS)

bench-tickets: ## how long lists, board, queue, case page, search and sweep take with 200,000 problems
	@$(ready) --tests
	@$(BESIDE_SERVERS) $(PY) -m tools.bench_tickets $(ARGS)
