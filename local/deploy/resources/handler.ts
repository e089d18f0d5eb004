/** What it takes to deploy one type of resource: its properties, and how it is made, changed and removed. */
import type * as z from 'zod';
import type { Aws, Identity } from '../../kernel/aws.js';
import type { ResourceState } from '../state.js';

export interface Made {
  /** What `Ref` gives. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` gives. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface ResourceContext {
  readonly aws: Aws;
  readonly identity: Identity;
  readonly stack: string;
  readonly logicalId: string;
  /** True while a failed run is undone: what goes was made a moment ago, and no protection is meant to keep it. */
  readonly isRollback: boolean;
  /** The folder of an asset, by its object key. Throws when the assembly has no such asset. */
  asset(objectKey: string): string;
  /** A name for a resource that the template leaves unnamed, as CloudFormation makes one: stack, logical id, twelve signs. */
  generateName(maxLength: number): string;
}

/** An update: the resource as it is, its properties before and after, and the names of those that changed. */
export interface Change<Properties> {
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly before: Properties;
  readonly after: Properties;
  readonly changed: ReadonlySet<string>;
}

/** A resource that is to go. */
export interface Existing<Properties> {
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly properties: Properties;
}

interface Definition<Schema extends z.ZodType> {
  readonly type: string;
  /** Strict: a property that is not understood is refused. */
  readonly properties: Schema;
  /** Names that `Fn::GetAtt` may ask for. */
  readonly attributes: readonly string[];
  /** Properties whose change makes a new resource. `all`: any change does. */
  readonly replaceOn: readonly string[] | 'all';
  /** The property that names the resource; while it is given, a replacement would collide with what it replaces. */
  readonly nameProperty?: string;
  create(context: ResourceContext, properties: z.output<Schema>): Promise<Made>;
  update?(context: ResourceContext, change: Change<z.output<Schema>>): Promise<Made>;
  /** Succeeds as well when the resource is gone already. */
  remove(context: ResourceContext, existing: Existing<z.output<Schema>>): Promise<void>;
}

export interface ResourceHandler {
  readonly type: string;
  readonly properties: z.ZodType;
  readonly attributes: readonly string[];
  readonly nameProperty: string | undefined;
  mustReplace(changed: ReadonlySet<string>): boolean;
  create(context: ResourceContext, properties: unknown): Promise<Made>;
  update(context: ResourceContext, existing: ResourceState, after: Update): Promise<Made>;
  remove(context: ResourceContext, existing: ResourceState): Promise<void>;
}

export interface Update {
  readonly properties: unknown;
  readonly changed: ReadonlySet<string>;
}

/** Makes a handler of a definition: parses properties before each step. */
export function defineResource<Schema extends z.ZodType>(definition: Definition<Schema>): ResourceHandler {
  const { properties: schema, replaceOn } = definition;
  return {
    type: definition.type,
    properties: schema,
    attributes: definition.attributes,
    nameProperty: definition.nameProperty,
    mustReplace: (changed) =>
      replaceOn === 'all' || !definition.update || replaceOn.some((name) => changed.has(name)),
    create: async (context, properties) => await definition.create(context, schema.parse(properties)),
    async update(context, existing, { properties, changed }) {
      const before = schema.parse(existing.properties);
      const change = { ...existing, before, after: schema.parse(properties), changed };
      const same = { physicalId: existing.physicalId, attributes: existing.attributes };
      return (await definition.update?.(context, change)) ?? same;
    },
    async remove(context, existing) {
      const { physicalId, attributes } = existing;
      const gone = definition.remove(context, {
        physicalId,
        attributes,
        properties: schema.parse(existing.properties),
      });
      await gone.catch(ignoreMissing);
    },
  };
}

const missing = /NotFound|NonExistent|NoSuchEntity|DoesNotExist/;

/** What is gone already need not be removed. */
export function ignoreMissing(error: unknown): void {
  if (error instanceof Error && missing.test(error.name)) return;
  throw error;
}

/** Runs the steps that complete a new resource; when one fails, takes the resource away again. */
export async function orUndo<T>(complete: () => Promise<T>, undo: () => Promise<unknown>): Promise<T> {
  try {
    return await complete();
  } catch (error) {
    // The first failure is the one to tell.
    await undo().catch(() => {});
    throw error;
  }
}
