#!/usr/bin/env bash
# publish.sh APPLICATION/ENVIRONMENT [--after APPLICATION/ENVIRONMENT]: publishes what plan/ says of it and nothing else, one
# profile after the other, and ends when the fleet holds the last and its bake is over. Why is the commit's subject, who its
# author. The exit code says what came of it (docs/command.md).
set -euo pipefail
cluster=$1
shift
subject=$(git log -1 --format=%s)
author=$(git log -1 --format=%an)
# The command takes git's name for the author.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=$author
exec node dist/cli/veltrix.js publish "$cluster" --planned "plan/${cluster/\//.}.json" \
  --message "${subject:0:500}" --queue --complete --timeout 4h --yes "$@"
