/** EventBridge's default bus: rules with a rate or a pattern, that invoke functions. See behaviour.md. */
import type { Aws, Identity, Json, Service } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { handleJson } from '../../kernel/json-protocol.js';
import { createCall } from '../../kernel/operations.js';
import type { EventsContext } from './context.js';
import { putEvents, putServiceEvent } from './operations/put-events.js';
import * as rules from './operations/rules.js';
import * as tags from './operations/tags.js';
import * as targets from './operations/targets.js';
import { createScheduler } from './scheduler.js';
import type { EventsState } from './state.js';

export interface EventsOptions {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly identity: Identity;
  /** Told when a target got no event, and why. */
  readonly onLog?: (line: { source: string; text: string; atMs: number }) => void;
}

const operations = {
  DeleteRule: rules.deleteRule,
  DescribeRule: rules.describeRule,
  DisableRule: rules.disableRule,
  EnableRule: rules.enableRule,
  ListRules: rules.listRules,
  ListTagsForResource: tags.listTagsForResource,
  ListTargetsByRule: targets.listTargetsByRule,
  PutEvents: putEvents,
  PutRule: rules.putRule,
  PutTargets: targets.putTargets,
  RemoveTargets: targets.removeTargets,
  TagResource: tags.tagResource,
  UntagResource: tags.untagResource,
};

export function createEvents(options: EventsOptions): Service {
  const { clock, identity } = options;
  const state: EventsState = { rules: {} };
  const onTrouble = (text: string) => options.onLog?.({ source: 'events', text, atMs: clock.now() });
  const delivery = { aws: options.aws, identity, onTrouble };
  const scheduler = createScheduler({ ...delivery, clock });
  const context: EventsContext = { clock, identity, state, scheduler, delivery };
  const inProcess = { ...operations, PutServiceEvent: putServiceEvent };
  return {
    name: 'events',
    call: createCall({ service: 'events', operations: inProcess, context }),
    handle: handleJson(
      { target: 'AWSEvents', version: '1.1', timestamps: ['Time'] },
      createCall({ service: 'events', operations, context }),
    ),
    snapshot: () => structuredClone(state) as unknown as Json,
    restore(saved) {
      Object.assign(state, structuredClone(saved));
      for (const rule of Object.values(state.rules)) scheduler.refresh(rule);
    },
    close: async () => scheduler.close(),
  };
}
