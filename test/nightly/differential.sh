#!/usr/bin/env bash
# The long form of test/conformance/differential.test.ts and atom-order.test.ts: many generated molecules and all of
# the reference data beside the OpenFF toolkit, RDKit and OpenMM, and with their atoms in another order. Prints what was compared; fails on any disagreement.
#   test/nightly/differential.sh [SEED]
# Needs a build, and Python 3.12 or 3.13 (the packages are installed the first time). About an hour of one core;
# CONFORMANCE_LABELLED, CONFORMANCE_ENERGIES, CONFORMANCE_GRAPHS, CONFORMANCE_SHARED_STRIDE,
# CONFORMANCE_REORDERED and CONFORMANCE_MOPAC make it another.
set -euo pipefail
cd "$(dirname "$0")/../.."
export CONFORMANCE_SEED=${1:-$RANDOM}
export CONFORMANCE_LABELLED=${CONFORMANCE_LABELLED:-2000}
export CONFORMANCE_ENERGIES=${CONFORMANCE_ENERGIES:-1000}
export CONFORMANCE_GRAPHS=${CONFORMANCE_GRAPHS:-10000}
export CONFORMANCE_REORDERED=${CONFORMANCE_REORDERED:-1000}
export CONFORMANCE_MOPAC=${CONFORMANCE_MOPAC:-30}
export CONFORMANCE_SHARED_STRIDE=${CONFORMANCE_SHARED_STRIDE:-1}
exec npx vitest run --project repository --testTimeout 14400000 test/conformance/{differential,atom-order}
