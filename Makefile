# One line each, over cargo and xtask; `make run` and `make test` need nothing done before.

.PHONY: run test lint coverage fmt tidy plugins assets bless bench docs screenshots

run: plugins assets
	cargo run --package stonks-cli -- serve --demo

test:
	cargo xtask test

lint: plugins assets
	cargo xtask lint

coverage:
	cargo xtask coverage

fmt:
	cargo fmt --all && cd plugins && cargo fmt --all && cd ../fixtures/guests && cargo fmt --all

tidy:
	cargo xtask tidy

plugins:
	cargo xtask plugins

assets:
	cargo xtask assets

bless:
	BLESS=1 INSTA_UPDATE=always cargo xtask test

bench: plugins assets
	cargo bench --package stonks-benches

docs:
	cargo doc --workspace --no-deps

screenshots:
	cargo xtask screenshots
