#!/usr/bin/env bash
# Holds every file against its schema, and schemas against their types. Needs no AWS.
set -euo pipefail
npm run --silent check:types
node dist/cli/veltrix.js check
