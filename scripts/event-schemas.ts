/** The JSON Schema of each type of change event, from the zod schema that Veltrix itself parses them with. */

import * as z from 'zod';
import { type ChangeEvent, changeEventSchema } from '../core/delivery/change-events.js';

type EventType = ChangeEvent['type'];
type Node = Record<string, unknown> & {
  properties: Record<string, Record<string, unknown>>;
  required: string[];
};

/** What each type means. Consumers read it in the schema's own description. */
const meanings: Readonly<Record<EventType, string>> = {
  'dev.veltrix.deployment.started': 'A deployment of a version was started. No node has it yet.',
  'dev.veltrix.deployment.progressed': 'The version is offered to this share of clients from now on.',
  'dev.veltrix.deployment.baking':
    'The version is offered to everybody, and watched for a while before it counts as deployed.',
  'dev.veltrix.deployment.completed': 'The version is deployed: the rollout ended well.',
  'dev.veltrix.deployment.rolling-back':
    'The rollout was stopped, and the version before it is offered to everybody again.',
  'dev.veltrix.deployment.rolled-back': 'The rollout is undone: the version before it is the deployed one.',
  'dev.veltrix.deployment.reverted':
    'A deployment that had completed was undone: the version before it is the deployed one again.',
};

/** Events that tell how a deployment ended, or is about to: the guard's last word is theirs. */
const endings: readonly EventType[] = [
  'dev.veltrix.deployment.completed',
  'dev.veltrix.deployment.rolling-back',
  'dev.veltrix.deployment.rolled-back',
  'dev.veltrix.deployment.reverted',
];

/** Events that tell that a version is undone: who did it by hand is theirs. */
const undoings: readonly EventType[] = [
  'dev.veltrix.deployment.rolled-back',
  'dev.veltrix.deployment.reverted',
];

/** `dev.veltrix.deployment.started.schema.json`. */
const fileOf = (type: EventType): string => `${type}.schema.json`;

/** The text of each schema's file, by its name in docs/events/. */
export function eventSchemas(): ReadonlyMap<string, string> {
  return new Map(
    changeEventSchema.shape.type.options.map((type) => [
      fileOf(type),
      `${JSON.stringify(schemaOf(type), null, 2)}\n`,
    ]),
  );
}

/** Open, so that a consumer who validates goes on working when events gain a member. */
function schemaOf(type: EventType): unknown {
  const { $schema, ...schema } = z.toJSONSchema(changeEventSchema, {
    io: 'input',
    override: ({ jsonSchema }) => withoutIntegerBounds(jsonSchema),
  }) as Node;
  const { properties } = schema;
  const data = properties['data'] as Node;
  return {
    $schema,
    $id: fileOf(type),
    title: type,
    description: meanings[type],
    ...schema,
    properties: {
      ...properties,
      type: { const: type, description: properties['type']?.['description'] },
      data: narrowed(data, type),
    },
  };
}

/** Each member stands only in the events that may carry it. */
function narrowed(data: Node, type: EventType): unknown {
  const { percentage, guard, undone, ...members } = data.properties;
  if (type === 'dev.veltrix.deployment.progressed') members['percentage'] = percentage ?? {};
  if (endings.includes(type)) members['guard'] = guard ?? {};
  if (undoings.includes(type)) members['undone'] = undone ?? {};
  return { ...data, properties: members };
}

/** An integer of JavaScript's is bounded by what a double holds exactly, which says nothing of the event. */
function withoutIntegerBounds(schema: { minimum?: number; maximum?: number }): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
