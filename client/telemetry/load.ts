/** OpenTelemetry's API, where the service has it: an optional peer, so that one without it neither installs nor loads it. */

import type { Telemetry, Whose } from './telemetry.js';

/**
 * @returns what makes a node's telemetry; undefined where `@opentelemetry/api` is not installed. It asks for the meter of the SDK that
 * is registered now: register one before `connect`.
 */
export async function loadTelemetry(): Promise<((whose: Whose) => Telemetry) | undefined> {
  try {
    const { metrics } = await import('@opentelemetry/api');
    const { openTelemetry } = await import('./open-telemetry.js');
    const meter = metrics.getMeter('veltrix');
    return (whose) => openTelemetry(meter, whose);
  } catch {
    return undefined;
  }
}
