#!/usr/bin/env bash
# plan.sh APPLICATION/ENVIRONMENT …: writes to plan/ what publishing would change there: <application>.<environment>.txt for
# people and .json for publish.sh, plan.md with all of it, summary.txt in one line.
# All are planned, whatever comes of one; ends as the last that failed.
set -euo pipefail
rm -rf plan
mkdir plan
exit_code=0
for cluster in "$@"; do
  file=plan/${cluster/\//.}
  node dist/cli/veltrix.js plan "$cluster" --save "$file.json" >"$file.txt" || exit_code=$?
  cat "$file.txt"
done
node ci/plan-report.mjs
exit "$exit_code"
