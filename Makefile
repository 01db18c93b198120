# Two commands matter: `make run` and `make test`. Both install what is missing (packaging/debian-packages.txt), build, and go.
# `make help` lists the rest.

SHELL       := /bin/bash
.SHELLFLAGS := -o pipefail -ec

BUILD   := build/release
PARLEY  := $(BUILD)/parley
DATA    ?= ./parley-data
LISTEN  ?= 127.0.0.1:3000
ROUNDS  ?= 50
SEED    ?=
JOBS    ?= $(shell nproc)

.DEFAULT_GOAL := help
.PHONY: help run test build fresh test-packages unit loop clients torture-kill prove-p1 bad-input schemathesis bench-light bench-throughput bench-start \
        sanitize fuzz format format-check tidy clean

help: ## This list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-18s %s\n", $$1, $$2 }'

run: $(PARLEY) ## Install what is missing, build, and start the demo: two links that chat (LISTEN=ADDR:PORT, DATA=FOLDER, STORE=mongodb)
	@$(if $(STORE),tools/run-mongodb.sh $(PARLEY) $(call quoted,$(STORE)) $(call quoted,$(DATA)) $(call quoted,$(LISTEN)),$(PARLEY) demo --data $(call quoted,$(DATA)) --listen $(call quoted,$(LISTEN)))

test: install-test install-mongod ## Install what is missing, build, and run every test
	@$(MAKE) --no-print-directory configured
	@cmake --build $(BUILD) -j $(JOBS)
	@tests/clients/install.sh
	@tools/run-tests.sh $(BUILD)

build: $(PARLEY) ## Build build/release/parley and the examples
	@cmake --build $(BUILD) -j $(JOBS) --target examples

# Quotes a value as one word for the shell, whatever characters it has.
quoted = '$(subst ','\'',$(1))'

# ---- each row of the table in docs/proofs.md has a target here ---------------------------------------------------------------

fresh: install-dev ## `make run` and `make test`, each in a new bare Debian 12 root
	@tools/fresh.sh

test-packages: install-test ## Configure with every subset of the test packages: the rest builds without them
	@EVERY_SUBSET=1 python3 -B tests/command/test_packages_test.py

unit: install-test configured ## Run the unit tests alone
	@cmake --build $(BUILD) -j $(JOBS)
	@tools/run-tests.sh $(BUILD) -L unit -j $(JOBS)

prove-p1: install-test configured ## P1: held syncs show nothing, dropped bytes lose nothing, and without the sync the test fails
	@cmake --build $(BUILD) -j $(JOBS)
	@tools/prove-p1.sh $(BUILD)

torture-kill: install-test $(PARLEY) ## kill -9 under load, reopen, compare (ROUNDS=50 SEED=)
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/torture/kill.mjs --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))

store-contract: install-test install-mongod configured ## The contract of the store on every engine: model, embedded, MongoDB standalone and replica set
	@cmake --build $(BUILD) -j $(JOBS) --target contract_store | tail -n 1
	@tools/store-contract.sh $(BUILD)

mongoose: install-test install-mongod $(PARLEY) ## Mongoose reads and populates the documents that Parley writes; the client suites on that store
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/clients/verdict.mjs mongodb

cutover: install-test install-mongod $(PARLEY) ## An earlier server and Parley in turns on one database, and parley adopt: both show the same messages (SEED=)
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/clients/verdict.mjs cutover $(if $(SEED),--seed $(SEED))

.PHONY: store-contract mongoose cutover
clients: install-test $(PARLEY) ## Run the suites of real client libraries over every transport, and the security table
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/clients/verdict.mjs clients $(if $(SEED),--seed $(SEED))

bad-input: install-test $(PARLEY) ## Send malformed input: the server keeps running and other clients notice nothing
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/clients/verdict.mjs bad-input $(if $(SEED),--seed $(SEED))

schemathesis: install-test $(PARLEY) ## Check every answer against /openapi.json and /asyncapi.json (SEED=)
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) build/clients-venv/bin/python -B tests/schemathesis/run.py $(if $(SEED),--seed $(SEED))

bench-light: install-test $(PARLEY) ## 50 sessions × 2, 100 msg/s: latency
	@PARLEY=$(PARLEY) bench/run_light_load.sh

bench-throughput: install-test $(PARLEY) ## Relay and store at full speed, server on one core
	@PARLEY=$(PARLEY) bench/run_throughput.sh

.PHONY: bench-pair bench-rates bench-reconnect bench-resume
bench-reconnect: install-test $(PARLEY) ## 2,000 clients connect and join at once through one proxy: all admitted within 2 s
	@PARLEY=$(PARLEY) bench/run_reconnect.sh

bench-pair: install-test $(PARLEY) ## Measure the cost of a change: this build and BASE= side by side on one core, relay and store (REPEAT=12)
	@PARLEY=$(PARLEY) BASE=$(BASE) bench/run_pair.sh

bench-resume: install-test $(PARLEY) ## 10,000 clients resume with proof after kill -9: all within 3 s
	@PARLEY=$(PARLEY) bench/run_resume.sh

bench-rates: install-test $(PARLEY) ## Latency and processor time at 10,000 and 30,000 msg/s and at full speed, server on one core (BASE= REPEAT=5)
	@PARLEY=$(PARLEY) BASE=$(BASE) bench/run_rates.sh

.PHONY: bench-cores bench-churn
bench-churn: install-test $(PARLEY) ## Memory and p99 while calls come and go for half an hour, drawn (MINUTES=30 SEED= PLOT=)
	@PARLEY=$(PARLEY) bench/run_churn.sh

bench-cores: install-test $(PARLEY) ## Processor time of a message by kind of thread with 1, 2, 4, 8 event loops, and the rate that follows for more cores (LOOPS= REPEAT=3)
	@PARLEY=$(PARLEY) bench/run_cores.sh

.PHONY: bench-peers
bench-peers: install-test install-mongod $(PARLEY) ## This server and five peers in turn under one client: latency, highest rate, processor time (PEERS= REPEAT=3 SECONDS_EACH=4 JSON=)
	@bench/peers/install.sh
	@cmake -S . -B $(BUILD) >/dev/null && cmake --build $(BUILD) -j $(JOBS) --target bench_floors | tail -n 1
	@PARLEY=$(PARLEY) FLOOR=$(BUILD)/bench/peers/floor/bench_floor PEERS="$(PEERS)" REPEAT=$(REPEAT) SECONDS_EACH=$(SECONDS_EACH) JSON=$(JSON) bench/run_peers.sh

bench-start: install-test $(PARLEY) ## Start after kill -9 with a million messages
	@PARLEY=$(PARLEY) bench/run_start.sh

.PHONY: bench-mongo memory-mongo
bench-mongo: install-test install-mongod $(PARLEY) ## Persisted relay on MongoDB on this machine's cores: rate, and latency at 1,000 msg/s (REPEAT=3)
	@PARLEY=$(PARLEY) bench/run_mongo.sh

memory-mongo: install-test install-mongod $(PARLEY) ## The server's memory over 100,000 sessions and 10 million messages in MongoDB (SESSIONS= MESSAGES= OPEN=)
	@cmake --build $(BUILD) -j $(JOBS) --target fill_mongo | tail -n 1
	@PARLEY=$(PARLEY) FILL=$(BUILD)/tests/fill_mongo SESSIONS=$(SESSIONS) MESSAGES=$(MESSAGES) OPEN=$(OPEN) bench/run_mongo_memory.sh

contract: install-test install-mongod $(PARLEY) ## Run the test of every statement of docs/api-contract.md, and write the results (SEED=)
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/clients/javascript/coverage/run.mjs $(if $(SEED),--seed $(SEED))

mutants: install-test install-mongod $(PARLEY) ## Build 40 small mistakes in handlers, one at a time: the tests of the contract notice each (SEED= COUNT=)
	@tests/clients/install.sh
	@node tests/clients/javascript/coverage/mutants.mjs --count $(or $(COUNT),40) $(if $(SEED),--seed $(SEED))

mutants-engine: install-test install-mongod configured ## Build 30 small mistakes in sequencer, committers, settlement, mirror, adoption and lanes: 95 % are noticed (SEED= COUNT=)
	@node tests/clients/javascript/coverage/engine-mutants.mjs --count $(or $(COUNT),30) $(if $(SEED),--seed $(SEED))

.PHONY: contract mutants mutants-engine upgrade-load clients-all turn replacing autobahn official-suites
turn: install-test $(PARLEY) ## coturn with the shared secret: credentials from the server get an allocation, wrong and expired ones do not
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/clients/verdict.mjs turn

replacing: install-test $(PARLEY) ## The nginx configuration of docs/guide/replacing.md in front of the server and an old backend
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/clients/verdict.mjs replacing

.PHONY: swap
swap: ROUNDS = 200
swap: install-test install-mongod $(PARLEY) ## An app's backend and Parley on one database, nginx in front: two browsers, losses, interleavings (SEED= ROUNDS=200)
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/swap/swap.mjs --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))

.PHONY: attacks
attacks: install-test $(PARLEY) ## Each attack of a stranger or a participant against a fresh server while two people talk (ROWS=REGEX SECONDS_EACH=6; MINUTES=30: all in turn, one server, SEED=)
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/attacks/attacks.mjs --seconds $(or $(SECONDS_EACH),6) $(if $(ROWS),--rows '$(ROWS)') \
	  $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

upgrade-load: install-test $(PARLEY) ## 1,000 clients go from polling to WebSocket while 5,000 deliveries/s go out: nothing lost, doubled, reordered (SEED=)
	@PARLEY=$(abspath $(PARLEY)) node tests/torture/upgrade.mjs $(if $(SEED),--seed $(SEED))

.PHONY: chaos-mongo full-disk two-nodes
chaos-mongo: ROUNDS = 20
chaos-mongo: install-test install-mongod $(PARLEY) ## Faults at a replica set of three and at the server, under load: acks, order, views (ROUNDS=20 SEED=)
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/torture/chaos-mongo.mjs --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))

full-disk: install-test install-mongod $(PARLEY) ## A disk that is really full under mongod: texts are refused, mongod stops, nothing acknowledged is lost
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/torture/full-disk.mjs

two-nodes: install-test install-mongod $(PARLEY) ## Two servers write the same sessions of one database: nothing lost or doubled, one order, the cost of conflicts (SEED=)
	@tests/clients/install.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/torture/two-nodes.mjs $(if $(SEED),--seed $(SEED))

clients-all: install-test $(PARLEY) ## One scenario in the client libraries of four languages: JavaScript (oldest and newest), Python, Java, Rust
	@tests/clients/install-all.sh
	@PARLEY=$(abspath $(PARLEY)) node tests/clients/javascript/scenario.mjs --verdict

autobahn: install-test configured ## The fuzzing client of Autobahn, 517 cases, against examples/websocket_echo
	@tools/install.sh autobahn
	@cmake --build $(BUILD) -j $(JOBS) --target example_websocket_echo | tail -n 1
	@test -x build/autobahn/wstest -a -f build/autobahn/ready || { tools/autobahn-setup.sh build/autobahn && touch build/autobahn/ready; }
	@node tools/autobahn.mjs --echo $(BUILD)/examples/websocket_echo --suite build/autobahn --page docs/operations/autobahn.md

official-suites: install-test configured ## The official Engine.IO and Socket.IO suites, three times (SUITES=DIR: `docs` of the public repository)
	@cmake --build $(BUILD) -j $(JOBS) --target example_protocol_echo | tail -n 1
	@node tools/official-suites.mjs --echo $(BUILD)/examples/protocol_echo --suites '$(SUITES)'

loop: install-test ## How long the edit loop takes: one file, unit tests
	@tools/measure-loop.sh $(BUILD)

# ---- upkeep ----------------------------------------------------------------------------------------------------------------

sanitize: install-test install-mongod ## Unit, contract and integration tests under address, undefined and thread sanitizers
	@tests/clients/install.sh
	@for preset in asan-ubsan tsan; do \
	  cmake --preset $$preset >/dev/null && cmake --build build/$$preset -j $(JOBS) && \
	  tools/run-tests.sh build/$$preset -L 'unit|contract|integration' || exit 1; done

fuzz: install-dev ## Every fuzzer for SECONDS (60) each
	@cmake --preset fuzz >/dev/null && cmake --build build/fuzz --target fuzzers -j $(JOBS)
	@tools/run-fuzzers.sh build/fuzz $(or $(SECONDS),60)

format: install-dev ## Format the C++ sources
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 -i

format-check: install-dev
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 --dry-run -Werror

tidy: install-dev configured ## clang-tidy over src
	@git ls-files 'src/*.cpp' | xargs -P $(JOBS) -n 4 clang-tidy-19 -quiet -p $(BUILD)

clean: ## Remove what was built (not the data)
	rm -rf build

.PHONY: install-build install-test install-dev install-mongod configured FORCE
install-build:
	@tools/install.sh build
install-test:
	@tools/install.sh build test
install-dev:
	@tools/install.sh build test dev
install-mongod:
	@tools/install-mongod.sh

# CMake configures the tests when all their packages are installed (cmake/test_packages.cmake). While one is missing, each call checks again.
configured: install-build
	@tools/fetch-web.sh
	@test -f $(BUILD)/build.ninja -a ! -s $(BUILD)/missing-test-packages && grep -qsx 'PARLEY_TESTS:STRING=AUTO' $(BUILD)/CMakeCache.txt || \
	  cmake --preset release -B $(BUILD) -DPARLEY_TESTS:STRING=AUTO >/dev/null || { rm -f $(BUILD)/build.ninja; exit 1; }

$(PARLEY): FORCE configured
	@cmake --build $(BUILD) -j $(JOBS) --target parley
