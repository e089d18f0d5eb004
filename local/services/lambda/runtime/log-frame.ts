/**
 * The lines that Lambda itself writes around an invocation.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html and
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html (JSON form).
 */
import type { Configuration } from '../state.js';
import type { Outcome } from './worker.js';

/** `2026/01/01/[$LATEST]0123…`: one stream per process. */
export function logStreamName(atMs: number, version: string, id: string): string {
  const day = new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${version}]${id}`;
}

export function startLine(configuration: Configuration, requestId: string): string {
  if (configuration.LoggingConfig.LogFormat === 'JSON')
    return JSON.stringify({ type: 'platform.start', record: { requestId, version: configuration.Version } });
  return `START RequestId: ${requestId} Version: ${configuration.Version}`;
}

export function endLines(configuration: Configuration, requestId: string, outcome: Outcome): string[] {
  if (configuration.LoggingConfig.LogFormat === 'JSON')
    return [JSON.stringify(reportRecord(configuration, requestId, outcome))];
  return [
    ...(outcome.note ? [`${requestId} ${outcome.note}`] : []),
    `END RequestId: ${requestId}`,
    reportLine(configuration, requestId, outcome),
  ];
}

function reportLine(configuration: Configuration, requestId: string, outcome: Outcome): string {
  const parts = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${outcome.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(outcome.durationMs)} ms`,
    `Memory Size: ${configuration.MemorySize} MB`,
    ...(outcome.maxMemoryMiB === undefined ? [] : [`Max Memory Used: ${outcome.maxMemoryMiB} MB`]),
    ...(outcome.initMs === undefined ? [] : [`Init Duration: ${outcome.initMs.toFixed(2)} ms`]),
  ];
  return parts.join('\t');
}

function reportRecord(configuration: Configuration, requestId: string, outcome: Outcome) {
  const status = outcome.note ? 'timeout' : outcome.functionError ? 'error' : 'success';
  const metrics = {
    durationMs: outcome.durationMs,
    billedDurationMs: Math.ceil(outcome.durationMs),
    memorySizeMB: configuration.MemorySize,
    maxMemoryUsedMB: outcome.maxMemoryMiB,
    initDurationMs: outcome.initMs,
  };
  return { type: 'platform.report', record: { requestId, status, metrics } };
}
