/** What was deployed, as plain JSON: stacks, their resources with the properties they were given, and exports. */
import * as z from 'zod';

const resource = z.object({
  type: z.string(),
  physicalId: z.string(),
  /** What Fn::GetAtt gives. */
  attributes: z.record(z.string(), z.string()),
  /** As given to the resource, every intrinsic resolved. */
  properties: z.record(z.string(), z.unknown()),
  dependencies: z.array(z.string()),
  deletionPolicy: z.enum(['Delete', 'Retain', 'RetainExceptOnCreate']),
});

const stack = z.object({
  /** Of the template and all that flows into it; the same fingerprint means that nothing is to do. */
  fingerprint: z.string(),
  resources: z.record(z.string(), resource),
  outputs: z.record(z.string(), z.string()),
  /** Exports of this stack: name → value. */
  exports: z.record(z.string(), z.string()),
  /** Names of exports of other stacks that this one uses. */
  imports: z.array(z.string()),
  /** Stacks deployed earlier have smaller numbers. */
  order: z.number(),
});

const deployState = z.object({
  stacks: z.record(z.string(), stack),
  /** Keys of assets → folders of this machine. */
  assets: z.record(z.string(), z.string()),
  /** Counts generated names, so that no two are alike. */
  serial: z.number(),
});

export type ResourceState = z.output<typeof resource>;
export type StackState = z.output<typeof stack>;
export type DeployState = z.output<typeof deployState>;

export const emptyDeployState = (): DeployState => ({ stacks: {}, assets: {}, serial: 0 });

/** Takes kept state back. Throws a ZodError naming path and expectation. */
export const parseDeployState = (value: unknown): DeployState => deployState.parse(value);
