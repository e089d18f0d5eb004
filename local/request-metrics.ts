/**
 * Counts the AWS requests answered, as text for `/metrics`
 * (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
 */
import type { Answered } from './gateway/gateway.js';

interface Totals {
  count: number;
  seconds: number;
}

export class RequestMetrics {
  private readonly totals = new Map<string, Totals>();

  add({ service, operation, status, durationMs }: Answered): void {
    const labels = `service="${service}",operation="${escapeLabel(operation)}",status="${status}"`;
    const totals = this.totals.get(labels) ?? { count: 0, seconds: 0 };
    totals.count++;
    totals.seconds += durationMs / 1000;
    this.totals.set(labels, totals);
  }

  text(): string {
    const counts = this.lines('local_aws_requests_total', ({ count }) => String(count));
    const seconds = this.lines('local_aws_request_seconds_total', (totals) => totals.seconds.toFixed(6));
    return [
      '# HELP local_aws_requests_total AWS requests answered over the wire.',
      '# TYPE local_aws_requests_total counter',
      ...counts,
      '# HELP local_aws_request_seconds_total Time spent on them.',
      '# TYPE local_aws_request_seconds_total counter',
      ...seconds,
      '',
    ].join('\n');
  }

  private lines(name: string, value: (totals: Totals) => string): string[] {
    return [...this.totals].map(([labels, totals]) => `${name}{${labels}} ${value(totals)}`);
  }
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, '_');
}
