/**
 * What a node measures of itself, by the names and units of OpenTelemetry
 * (https://opentelemetry.io/docs/specs/semconv/general/metrics/). docs/monitoring/README.md holds the same table.
 */

type Kind = 'gauge' | 'counter' | 'updown' | 'histogram';

export interface MetricAbout {
  readonly kind: Kind;
  /** UCUM: `s`, `1`, `{request}`. */
  readonly unit: string;
  readonly description: string;
}

/** Of each metric what it is; every one carries `veltrix.application`, `veltrix.environment` and `veltrix.node`. */
export const metrics = {
  'veltrix.config.version': {
    kind: 'gauge',
    unit: '{version}',
    description: 'Number of the version in force',
  },
  'veltrix.config.age': {
    kind: 'gauge',
    unit: 's',
    description: 'Time since AppConfig last confirmed the value in force',
  },
  'veltrix.config.refused': {
    kind: 'gauge',
    unit: '{version}',
    description: '1 while the version that was offered last is refused, else 0',
  },
  'veltrix.config.changes': {
    kind: 'counter',
    unit: '{change}',
    description: 'Values put in force, the first one included',
  },
  'veltrix.config.poll.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time that AppConfig took to answer',
  },
  'veltrix.config.requests': {
    kind: 'counter',
    unit: '{request}',
    description: 'Requests that began under a version; each counts once for each profile',
  },
  'veltrix.config.failed_requests': {
    kind: 'counter',
    unit: '{request}',
    description: 'Of these, those that failed',
  },
  'veltrix.config.slow_requests': {
    kind: 'counter',
    unit: '{request}',
    description: 'Of these, those that took longer than the profile’s latency objective',
  },
  'veltrix.node.health': {
    kind: 'gauge',
    unit: '{node}',
    description: '1 for the state that the node is in, 0 for the others',
  },
  'veltrix.node.load': {
    kind: 'gauge',
    unit: '1',
    description: 'Offered work by what the node can do: 0 idle, 1 at capacity',
  },
  'veltrix.node.active_requests': {
    kind: 'updown',
    unit: '{request}',
    description: 'Requests that are worked on',
  },
  'veltrix.node.queued_requests': { kind: 'updown', unit: '{request}', description: 'Requests that wait' },
  'veltrix.node.shed': {
    kind: 'counter',
    unit: '{unit}',
    description: 'Work units turned away because too much waited',
  },
  'veltrix.report.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time that the stream took to take reports',
  },
  'veltrix.report.sent': { kind: 'counter', unit: '{report}', description: 'Reports that the stream took' },
  'veltrix.report.dropped': {
    kind: 'counter',
    unit: '{report}',
    description: 'Reports given up for newer ones',
  },
  'veltrix.router.nodes': {
    kind: 'updown',
    unit: '{node}',
    description: 'Nodes of the cluster that the router knows',
  },
  'veltrix.router.partitions': {
    kind: 'updown',
    unit: '{partition}',
    description: 'Partitions that the node has',
  },
  'veltrix.router.table.age': {
    kind: 'gauge',
    unit: 's',
    description: 'Time since who owns what was last read',
  },
  'veltrix.router.read.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time that DynamoDB took to say which table is in force',
  },
  'veltrix.router.request.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time of a request to a node that the router chose',
  },
  'veltrix.router.misdirected': {
    kind: 'counter',
    unit: '{unit}',
    description: 'Work units that came here and that another node owns',
  },
} as const satisfies Readonly<Record<string, MetricAbout>>;

export type MetricName = keyof typeof metrics;
export type MetricNameOf<Wanted extends Kind> = {
  [Name in MetricName]: (typeof metrics)[Name]['kind'] extends Wanted ? Name : never;
}[MetricName];
