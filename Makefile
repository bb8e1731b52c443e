# Everything that a developer types. `make test` is what CI runs.

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
BIN         := bin/tongban

.PHONY: help build demo test check unit race model processes chaos bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

build: ## the program, in bin/
	$(GO) build -trimpath -o $(BIN) ./tools/tongban

demo: ## a small city on this machine
	$(GO) run ./tools/tongban demo

test: check race model processes chaos ## everything that CI runs (under 15 minutes on 2 cores)

check: ## format, vet, staticcheck
	@test -z "$$(gofmt -l .)" || { echo "not gofmt-ed:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

unit: ## the tests, without the race detector
	$(GO) test ./...

race: ## the tests, with the race detector
	$(GO) test -race -timeout 10m ./...

model: ## the Promela model of custody, short form (needs spin and gcc; installs spin on Debian)
	intake/casefile/model/check.sh short

processes: build ## seven operating-system processes, joined by tickets, by the CLI alone
	deploy/seven.sh $(BIN)

chaos: build ## kill -9 at random moments under load, short form
	$(GO) run ./tools/citysim -bin $(BIN) -for 20s

bench: ## the figures of the README
	$(GO) run ./tools/bench

clean: ## remove what was built
	rm -rf bin dist intake/casefile/model/build
