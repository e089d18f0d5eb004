/** A function of your own on the stream of changes, from your own stack: docs/change-events.md. */

import { Stack } from 'aws-cdk-lib';
import { type IFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { parseAddress } from '../core/addresses.js';
import type { ChangeEvent } from '../core/delivery/change-events.js';
import { changesStream, deadLettersQueue, defaultStage } from '../core/names.js';
import { queueArn, streamArn } from './parts/arns.js';
import { readStream } from './parts/stream-source.js';

/** Changes are few, and people wait for what follows from them. */
const batchRecords = 10;
const batchWindowSeconds = 0;
const defaultRetriesMax = 10;
/** Lambda: one pattern. */
const patternMaxChars = 4096;

export interface ChangeSubscriptionProps {
  /** Whose changes. Default: `main`. */
  readonly stage?: string;
  /**
   * Gets batches of Kinesis records, each a change event as JSON. It answers with `batchItemFailures`: the sequence number of
   * the first record it could not handle, from which Lambda goes on.
   */
  readonly handler: IFunction;
  /** Default: every type. */
  readonly types?: readonly ChangeEvent['type'][];
  /** Addresses of applications, environments or profiles: `treasure-hunt/production`. Default: everything. */
  readonly subjects?: readonly string[];
  /**
   * Where it begins when it is first deployed. Default: LATEST, from now on. TRIM_HORIZON begins with the changes of the last
   * seven days.
   */
  readonly startingPosition?: StartingPosition;
  /** Attempts after the first, before a batch is given up. Until then changes of the same shard wait. Default: 10. */
  readonly retriesMax?: number;
  /** Gets where a change stood that was given up; its content stays on the stream. Default: Veltrix's own dead letters. */
  readonly deadLetters?: IQueue;
}

/**
 * Hands the changes that match to a function, in order per profile, at least once each.
 * @throws UsageError when a subject is no address; Error when nothing could ever match.
 */
export class ChangeSubscription extends Construct {
  constructor(scope: Construct, id: string, props: ChangeSubscriptionProps) {
    super(scope, id);
    const { stage = defaultStage, handler, deadLetters = this.deadLetters(stage) } = props;
    const filter = filterOf(props);
    readStream(handler, `Changes-${id}`, {
      streamArn: streamArn(Stack.of(this), changesStream(stage)),
      startingPosition: props.startingPosition ?? StartingPosition.LATEST,
      batchRecords,
      batchWindowSeconds,
      retriesMax: props.retriesMax ?? defaultRetriesMax,
      deadLetters,
      ...(filter && { filter }),
    });
  }

  private deadLetters(stage: string): IQueue {
    return Queue.fromQueueArn(this, 'DeadLetters', queueArn(Stack.of(this), deadLettersQueue(stage)));
  }
}

type Filter = Readonly<Record<string, readonly unknown[]>>;

function filterOf({ types, subjects }: ChangeSubscriptionProps): Filter | undefined {
  if (types?.length === 0 || subjects?.length === 0) {
    throw new Error(
      'A subscription to no types, or to no subjects, gets nothing: leave the list out for everything',
    );
  }
  const filter = {
    ...(types && { type: [...types] }),
    ...(subjects && { subject: subjects.map(matching) }),
  };
  if (JSON.stringify({ data: filter }).length > patternMaxChars) {
    throw new Error(
      `So many subjects do not fit ${patternMaxChars} characters: subscribe to environments instead`,
    );
  }
  return types || subjects ? filter : undefined;
}

/** A profile is a subject itself; an application or environment is what its profiles' addresses begin with. */
function matching(subject: string): unknown {
  const { profile, version } = parseAddress(subject);
  if (version !== undefined) throw new Error(`${subject}: a subscription is to every version of a profile`);
  return profile === undefined ? { prefix: `${subject}/` } : subject;
}
