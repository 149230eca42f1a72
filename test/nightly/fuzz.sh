#!/usr/bin/env bash
# The long form of test/conformance/fuzz.test.ts: mutated SMILES, SD, MOL2 and OFFXML files and lines for
# `bespoke chem`, so many of each. Prints the seed and what became of them; fails on a crash, a hang, too much
# memory or an error that no library documents.
#   test/nightly/fuzz.sh [SEED]
# Needs a build. FUZZ_CASES makes it another number.
set -euo pipefail
cd "$(dirname "$0")/../.."
export FUZZ_SEED=${1:-$RANDOM}
export FUZZ_CASES=${FUZZ_CASES:-10000}
exec npx vitest run --project repository --testTimeout 14400000 test/conformance/fuzz
