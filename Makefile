# The two commands to know are `make run` and `make test`. `make help` lists the rest.

CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
# seconds per fuzz target
SECONDS_EACH ?= 60

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run setup setup-test test fmt lint bench audit screenshots fuzz

help: ## say what each target does
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

run: setup ## build, then start a site that manages this machine (ARGS=... for `sluice quickstart`)
	$(CARGO) build --release --locked
	$(TARGET)/release/sluice quickstart $(ARGS)

setup: ## install what is needed to build (a C compiler), if it is missing
	@scripts/setup.sh build

setup-test: ## install what is needed to test, if it is missing
	@scripts/setup.sh test

test: setup-test lint ## format check, lints, all tests, with a PostgreSQL of their own
	scripts/with-postgres.sh scripts/run-tests.sh

fmt: ## format the code
	$(CARGO) fmt --all

lint: ## format check and clippy, warnings are errors
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

bench: setup ## benches against peers and limits, printed as ratios (ARGS=sync|fleet|agent|ingest|windows|servers|sites for a part)
	@scripts/bench-nginx.sh $(TARGET)/nginx
	$(CARGO) build --release --locked -p sluice -p sluice-bench
	$(TARGET)/release/sluice-bench $(ARGS)

audit: ## licences, bans and sources (cargo-deny), known vulnerabilities (cargo-audit)
	@scripts/audit.sh

screenshots: setup-test ## take the pictures of docs/screenshots again
	$(CARGO) build --locked -p sluice
	SLUICE_SCREENSHOTS=$(CURDIR)/docs/screenshots $(CARGO) test --locked -p sluice-e2e --test console -- --ignored

fuzz: ## run every fuzz target for SECONDS_EACH seconds
	@scripts/fuzz.sh $(SECONDS_EACH) $(ARGS)
