/** CloudWatch Logs: what functions logged, for a while. See behaviour.md. */
import type { Identity, Service } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { handleJson } from '../../kernel/json-protocol.js';
import { createCall, type Operation } from '../../kernel/operations.js';
import { invalidParameter } from './errors.js';
import { filterLogEvents, getLogEvents, putLogEvents } from './events.js';
import {
  createLogGroup,
  createLogStream,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  describeLogStreams,
  listTagsForResource,
  putRetentionPolicy,
  tagResource,
  untagResource,
} from './groups.js';
import { fromSnapshot, type LogsContext, toSnapshot } from './state.js';

const operations: Readonly<Record<string, Operation<LogsContext>>> = {
  CreateLogGroup: createLogGroup,
  CreateLogStream: createLogStream,
  DeleteLogGroup: deleteLogGroup,
  DeleteRetentionPolicy: deleteRetentionPolicy,
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  FilterLogEvents: filterLogEvents,
  GetLogEvents: getLogEvents,
  ListTagsForResource: listTagsForResource,
  PutLogEvents: putLogEvents,
  PutRetentionPolicy: putRetentionPolicy,
  TagResource: tagResource,
  UntagResource: untagResource,
};

export interface LogsDeps {
  readonly clock: Clock;
  readonly identity: Identity;
}

export function createLogs(deps: LogsDeps): Service {
  const context: LogsContext = { ...deps, groups: new Map() };
  const call = createCall({ service: 'logs', operations, context, invalid: invalidParameter });
  return {
    name: 'logs',
    call,
    handle: handleJson({ target: 'Logs_20140328', version: '1.1' }, call),
    snapshot: () => toSnapshot(context),
    restore: (state) => fromSnapshot(context, state),
    close: async () => undefined,
  };
}
