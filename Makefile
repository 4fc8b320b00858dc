# Everything starts from a clone and a Python: `make help` tells what there is.
# The recipes hand over by exec, so that Ctrl-C or SIGTERM given to make stops the server itself.
PYTHON ?= python3
SETUP = exec $(PYTHON) -m deploy.setup

.PHONY: help run test check mailbox coverage bench lock upgrade setup clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):  *## */  make \1	/p' Makefile

run:  ## set up, then serve the demo on http://localhost:8000 (PORT=8123 make run: elsewhere)
	@$(SETUP) --free-port cop serve --demo

test:  ## set up, then everything: checks, both databases, browser, mail servers
	@$(SETUP) --development python -m deploy.check

check:  ## linters, types and contracts only
	@$(SETUP) --development python -m deploy.check --only checks

mailbox:  ## the mailbox between a real Postfix and a real Dovecot, unpacked from Debian's packages
	@$(SETUP) --development python -m deploy.check --only mailbox

coverage:  ## which lines the tests on SQLite never reach
	@$(SETUP) --development python -m coverage run -m pytest --ignore=tests/browser --ignore=tests/mailbox
	@.venv/bin/python -m coverage report

bench:  ## measure against bare bounds (ONLY=web make bench: one of them)
	@$(SETUP) --development python -m benchmarks.run $(ONLY)

setup:  ## only fetch and install, with the tools of the developers
	@$(SETUP) --development

lock:  ## write the lock files anew, keeping the versions that still fit
	@$(SETUP) --development python -m deploy.lock

upgrade:  ## the same with the newest versions
	@$(SETUP) --development python -m deploy.lock upgrade

clean:  ## remove all that the set-up made; instance/ (your data) stays
	rm -rf .venv .tools static/vendor translations/*/LC_MESSAGES
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
	find cop deploy tests migrations benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
