/** Counts what AppConfig is asked, by what the local AWS says of itself. */

import { setTimeout } from 'node:timers/promises';

/** Functions that were woken by the work before are done when nothing was asked for so long. */
const quietMs = 500;

/** What `work` comes to, and the requests to AppConfig's control plane meanwhile: those of functions it invokes as well. */
export async function countRequests<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly requests: number }> {
  const before = await untilQuiet();
  const result = await work();
  return { result, requests: (await requestsSoFar()) - before };
}

async function untilQuiet(): Promise<number> {
  const before = await requestsSoFar();
  await setTimeout(quietMs);
  const after = await requestsSoFar();
  return after === before ? after : untilQuiet();
}

async function requestsSoFar(): Promise<number> {
  const response = await fetch(new URL('/metrics', process.env['AWS_ENDPOINT_URL']));
  const lines = (await response.text()).matchAll(
    /^local_aws_requests_total\{service="appconfig",.*\} (\d+)$/gm,
  );
  return [...lines].reduce((total, [, count]) => total + Number(count), 0);
}
