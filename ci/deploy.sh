#!/usr/bin/env bash
# deploy.sh STAGE: deploys what differs of a stage. Values are no part of it: where nothing but values changed, every template
# is as it was, and nothing is deployed. A rename is refused before (docs/upgrade.md): deployed, it would be new and empty.
set -euo pipefail
node dist/cli/veltrix.js check --deployed --stage "$1"
npx --no-install cdk deploy --all --context stage="$1" --require-approval never --ci --progress events
