/** Hands functions' log lines to whoever listens and to CloudWatch Logs of this local AWS. */
import type { Aws } from '../../../kernel/aws.js';
import type { Clock } from '../../../kernel/clock.js';

export interface LogLine {
  /** The function's name. */
  readonly source: string;
  readonly text: string;
  readonly atMs: number;
}

export interface LogTarget {
  readonly functionName: string;
  readonly group: string;
  readonly stream: string;
}

export interface LogSink {
  write(target: LogTarget, text: string): void;
  /** Resolves when what was written so far has reached CloudWatch Logs. */
  flush(): Promise<void>;
}

export interface LogSinkOptions {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly onLog: ((line: LogLine) => void) | undefined;
}

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** Log streams remember that they exist; beyond this many the oldest are asked for again. */
const knownStreams = 1_000;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html: events of one call. */
const eventsPerCall = 10_000;

export function createLogSink(options: LogSinkOptions): LogSink {
  const queues = new Map<string, { target: LogTarget; events: LogEvent[] }>();
  const known = new Set<string>();
  let flushing: Promise<void> = Promise.resolve();

  const send = async (target: LogTarget, events: LogEvent[]): Promise<void> => {
    await ensureStream(options.aws, known, target);
    const names = { logGroupName: target.group, logStreamName: target.stream };
    for (let from = 0; from < events.length; from += eventsPerCall) {
      const logEvents = events.slice(from, from + eventsPerCall);
      await options.aws.call('logs', 'PutLogEvents', { ...names, logEvents });
    }
  };
  const drain = async (): Promise<void> => {
    const batches = [...queues.values()];
    queues.clear();
    // A function runs whether or not its log can be kept: the lines were handed to onLog already.
    for (const { target, events } of batches)
      await send(target, events).catch(() => known.delete(keyOf(target)));
  };

  return {
    write(target, line) {
      const text = line.replaceAll('\r', '\n');
      const atMs = options.clock.now();
      options.onLog?.({ source: target.functionName, text, atMs });
      const queue = queues.get(keyOf(target)) ?? { target, events: [] };
      queue.events.push({ timestamp: Math.floor(atMs), message: text });
      if (queues.size === 0) flushing = flushing.then(drain);
      queues.set(keyOf(target), queue);
    },
    flush: () => flushing,
  };
}

const keyOf = (target: LogTarget): string => `${target.group}\n${target.stream}`;

async function ensureStream(aws: Aws, known: Set<string>, target: LogTarget): Promise<void> {
  const key = keyOf(target);
  if (known.has(key)) return;
  const names = { logGroupName: target.group, logStreamName: target.stream };
  await aws.call('logs', 'CreateLogGroup', { logGroupName: target.group }).catch(alreadyThere);
  await aws.call('logs', 'CreateLogStream', names).catch(alreadyThere);
  known.add(key);
  for (const oldest of known) {
    if (known.size <= knownStreams) break;
    known.delete(oldest);
  }
}

function alreadyThere(error: unknown): void {
  if (error instanceof Error && error.name === 'ResourceAlreadyExistsException') return;
  throw error;
}
