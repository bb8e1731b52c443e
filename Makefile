# Everything that a developer types. `make test` is what CI runs.

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
BIN         := bin/tongban

.PHONY: help build demo test check unit race browser walk model processes catalogue chaos bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

build: ## the program, in bin/
	$(GO) build -trimpath -o $(BIN) ./tools/tongban

demo: ## a small city on this machine
	$(GO) run ./tools/tongban demo

test: check race model processes catalogue chaos ## everything that CI runs (under 15 minutes on 2 cores)

check: ## format, vet, staticcheck
	@test -z "$$(gofmt -l .)" || { echo "not gofmt-ed:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

unit: browser ## the tests, without the race detector
	$(GO) test ./...

# The long properties of these packages run whole without the detector, which
# makes them ten times slower, and a fifth of them with it.
LONG := tongban/catalog/register tongban/intake/desk

# Nothing in these runs side by side: they are pure, or the command line and the
# browser, whose nodes have tests of their own with the detector.
PLAIN := tongban/tools/walk tongban/tools/tongban tongban/tools/demo tongban/tools/bench tongban/node/workbench/counter tongban/node/web tongban/catalog/sheet tongban/intake/archive tongban/intake/casefile tongban/intake/clock

# Vet has seen everything by then. Four packages at a time: nodes wait for disks
# and for each other more than they compute. The longest go first.
TEST  := $(GO) test -vet=off -p 4
FIRST := tongban/node tongban/consensus/quorum tongban/intake/exchange tongban/node/peers

race: browser ## the tests, with the race detector
	$(TEST) -race -timeout 10m $(FIRST) $$($(GO) list ./... | grep -vxF $(LONG:%=-e %) $(PLAIN:%=-e %) $(FIRST:%=-e %))
	$(TEST) -race -short $(LONG) -rapid.checks=20
	$(TEST) -parallel 3 -timeout 15m $(PLAIN) $(LONG)

browser: # Chromium and a Chinese font for the tests of the pages; installs them on Debian
	@command -v chromium >/dev/null && command -v chromium-headless-shell >/dev/null && fc-list 2>/dev/null | grep -qi cjk || { \
		echo "installing chromium, chromium-headless-shell and fonts-noto-cjk"; sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update -q && $$sudo apt-get install -yq chromium fonts-noto-cjk fontconfig && \
		{ $$sudo apt-get install -yq chromium-headless-shell || echo "without chromium-headless-shell: chromium takes twice as long"; }; } >/dev/null

walk: browser ## every role and every page in a real Chromium, in every view (about ten minutes)
	WALK=all $(GO) test -count=1 -timeout 30m ./tools/walk

model: ## the Promela model of custody, short form (needs spin and gcc; installs spin on Debian)
	intake/casefile/model/check.sh short

processes: build ## seven operating-system processes, joined by tickets, by the CLI alone
	deploy/seven.sh $(BIN)

catalogue: build ## the life of a catalogue on three processes, by the CLI alone (needs chromium; installs it on Debian)
	deploy/catalogue.sh $(BIN)

chaos: build ## kill -9 at random moments under load, short form
	$(GO) run ./tools/citysim -bin $(BIN) -for 20s

bench: ## the figures of the README
	$(GO) run ./tools/bench

clean: ## remove what was built
	rm -rf bin dist intake/casefile/model/build
