.PHONY: help lint test test-grown bench lock

UV ?= uv
BIN := .venv/bin
COMPILE := $(UV) pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	--quiet --no-annotate --custom-compile-command "make lock"

help:
	@echo "make lint        style, types, import contracts, house rules (seconds)"
	@echo "make test        everything that ./run.sh test runs, with the environment as it is"
	@echo "make test-grown  the tests with PostgreSQL in place of SQLite"
	@echo "make bench       the figures of the running product beside their yardsticks"
	@echo "make lock        pin versions and hashes anew (needs uv and npm)"

lint:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/house

test:
	./run.sh test

test-grown:
	M4A_TEST_DATABASE=postgresql $(BIN)/pytest -q

bench:
	$(BIN)/manage4all bench

lock:
	$(COMPILE) --group build -o requirements-build.lock
	$(COMPILE) pyproject.toml --group build -c requirements-build.lock -o requirements.lock
	$(COMPILE) pyproject.toml --group build --extra postgres --extra client --extra test --extra dev \
		-c requirements.lock -o requirements-test.lock
	$(COMPILE) --group node -o requirements-node.lock
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved
	@# npm notes who takes donations where; a lock names packages and nobody's address.
	node -e 'const f = "package-lock.json", d = require("./" + f); for (const one of Object.values(d.packages)) delete one.funding; require("fs").writeFileSync(f, JSON.stringify(d, null, 2) + "\n")'
