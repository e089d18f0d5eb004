/** Log groups and streams: creating, describing, tagging, retention, deleting. */
import * as z from 'zod';
import type { Json } from '../../kernel/aws.js';
import { defineOperation } from '../../kernel/operations.js';
import { alreadyExists, invalidParameter } from './errors.js';
import { groupsPerPage, retentionDays, streamsPerPage } from './limits.js';
import { addStream, groupNamed, groupWithArn, type LogGroup, type LogsContext } from './state.js';

const groupName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[.\-_/#A-Za-z0-9]+$/);
const tags = z.record(z.string().min(1).max(128), z.string().max(256));
const groupInput = z.strictObject({ logGroupName: z.string() });

export const createLogGroup = defineOperation({
  input: z.strictObject({
    logGroupName: groupName,
    kmsKeyId: z.string().optional(),
    logGroupClass: z.enum(['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY']).optional(),
    tags: tags.optional(),
  }),
  run(context: LogsContext, input) {
    if (context.groups.has(input.logGroupName)) throw alreadyExists('The specified log group already exists');
    const { partition, region, accountId } = context.identity;
    context.groups.set(input.logGroupName, {
      name: input.logGroupName,
      arn: `arn:${partition}:logs:${region}:${accountId}:log-group:${input.logGroupName}`,
      createdAtMs: context.clock.now(),
      kmsKeyId: input.kmsKeyId,
      logClass: input.logGroupClass ?? 'STANDARD',
      tags: new Map(Object.entries(input.tags ?? {})),
      streams: new Map(),
      events: [],
      nextNumber: 0,
    });
    return {};
  },
});

export const deleteLogGroup = defineOperation({
  input: groupInput,
  run(context: LogsContext, { logGroupName }) {
    context.groups.delete(groupNamed(context, logGroupName).name);
    return {};
  },
});

export const describeLogGroups = defineOperation({
  input: z.strictObject({
    logGroupNamePrefix: z.string().optional(),
    logGroupNamePattern: z.string().optional(),
    limit: z.number().int().min(1).max(groupsPerPage).optional(),
    nextToken: z.string().optional(),
  }),
  run(context: LogsContext, { logGroupNamePrefix = '', logGroupNamePattern = '', limit, nextToken = '' }) {
    const rest = [...context.groups.values()]
      .filter(({ name }) => name.startsWith(logGroupNamePrefix) && name.includes(logGroupNamePattern))
      .filter(({ name }) => name > nextToken)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    const page = rest.slice(0, limit ?? groupsPerPage);
    return {
      logGroups: page.map(describeGroup),
      nextToken: page.length < rest.length ? page.at(-1)?.name : undefined,
    };
  },
});

export const putRetentionPolicy = defineOperation({
  input: groupInput.extend({ retentionInDays: z.number().int() }),
  run(context: LogsContext, { logGroupName, retentionInDays }) {
    const group = groupNamed(context, logGroupName);
    if (!retentionDays.includes(retentionInDays))
      throw invalidParameter(
        `retentionInDays: expected one of ${retentionDays.join(', ')}, not ${retentionInDays}`,
      );
    group.retentionInDays = retentionInDays;
    return {};
  },
});

export const deleteRetentionPolicy = defineOperation({
  input: groupInput,
  run(context: LogsContext, { logGroupName }) {
    groupNamed(context, logGroupName).retentionInDays = undefined;
    return {};
  },
});

export const tagResource = defineOperation({
  input: z.strictObject({ resourceArn: z.string(), tags }),
  run(context: LogsContext, input) {
    const group = groupWithArn(context, input.resourceArn);
    for (const [key, value] of Object.entries(input.tags)) group.tags.set(key, value);
    return {};
  },
});

export const untagResource = defineOperation({
  input: z.strictObject({ resourceArn: z.string(), tagKeys: z.array(z.string()) }),
  run(context: LogsContext, input) {
    const group = groupWithArn(context, input.resourceArn);
    for (const key of input.tagKeys) group.tags.delete(key);
    return {};
  },
});

export const listTagsForResource = defineOperation({
  input: z.strictObject({ resourceArn: z.string() }),
  run(context: LogsContext, { resourceArn }) {
    return { tags: Object.fromEntries(groupWithArn(context, resourceArn).tags) };
  },
});

export const createLogStream = defineOperation({
  input: groupInput.extend({ logStreamName: z.string().regex(/^[^:*]{1,512}$/) }),
  run(context: LogsContext, { logGroupName, logStreamName }) {
    const group = groupNamed(context, logGroupName);
    if (group.streams.has(logStreamName)) throw alreadyExists('The specified log stream already exists');
    addStream(group, logStreamName, context.clock.now());
    return {};
  },
});

export const describeLogStreams = defineOperation({
  input: groupInput.extend({
    logStreamNamePrefix: z.string().optional(),
    limit: z.number().int().min(1).max(streamsPerPage).optional(),
    nextToken: z.string().optional(),
  }),
  run(context: LogsContext, { logGroupName, logStreamNamePrefix = '', limit, nextToken = '' }) {
    const group = groupNamed(context, logGroupName);
    const rest = [...group.streams]
      .filter(([name]) => name.startsWith(logStreamNamePrefix) && name > nextToken)
      .sort();
    const page = rest.slice(0, limit ?? streamsPerPage);
    return {
      logStreams: page.map(([logStreamName, creationTime]) => ({
        logStreamName,
        creationTime,
        arn: `${group.arn}:log-stream:${logStreamName}`,
      })),
      nextToken: page.length < rest.length ? page.at(-1)?.[0] : undefined,
    };
  },
});

function describeGroup(group: LogGroup): Json {
  return {
    logGroupName: group.name,
    creationTime: group.createdAtMs,
    retentionInDays: group.retentionInDays,
    metricFilterCount: 0,
    arn: `${group.arn}:*`,
    logGroupArn: group.arn,
    storedBytes: group.events.reduce((total, { message }) => total + message.length, 0),
    kmsKeyId: group.kmsKeyId,
    logGroupClass: group.logClass,
  };
}
