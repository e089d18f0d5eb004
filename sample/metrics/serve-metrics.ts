/** What Prometheus asks for. The client speaks OpenTelemetry's API; who listens is for the service to say, here. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { openMetrics, openMetricsType } from './open-metrics.js';

/** Reads when it is asked, and at no other time. */
class AskedReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

/**
 * Registers an SDK for this process: before `connect`, or the client measures nothing.
 * @returns what answers `GET /metrics`; false for all else, which it leaves alone.
 */
export function serveMetrics(): (request: IncomingMessage, response: ServerResponse) => boolean {
  const reader = new AskedReader();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  return (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') return false;
    answer(reader, response).catch(() => response.destroy());
    return true;
  };
}

async function answer(reader: MetricReader, response: ServerResponse): Promise<void> {
  const { resourceMetrics } = await reader.collect();
  response.writeHead(200, { 'content-type': openMetricsType }).end(openMetrics(resourceMetrics));
}
