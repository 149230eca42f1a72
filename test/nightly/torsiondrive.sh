#!/usr/bin/env bash
# The long form of test/conformance/torsiondrive.test.ts: 1,000 random potentials scanned by the torsiondrive package, each
# drive gone through again in 20 orders of arrival. Prints what was compared; fails on any difference.
#   test/nightly/torsiondrive.sh [SEED]
# Needs a build, and Python 3.9 or later (torsiondrive is installed the first time). About half an hour of one core;
# TORSIONDRIVE_POTENTIALS and TORSIONDRIVE_SHUFFLES make it another.
set -euo pipefail
cd "$(dirname "$0")/../.."
export TORSIONDRIVE_SEED=${1:-$RANDOM}
export TORSIONDRIVE_POTENTIALS=${TORSIONDRIVE_POTENTIALS:-1000}
export TORSIONDRIVE_SHUFFLES=${TORSIONDRIVE_SHUFFLES:-20}
exec npx vitest run --project repository --testTimeout 14400000 test/conformance/torsiondrive
