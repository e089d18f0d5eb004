/**
 * What is distributed: applications, their environments and their typed profiles. An application is the one value that
 * infrastructure, functions, command and client all take.
 */

import * as z from 'zod';
import { nameMaxChars, namePattern } from './addresses.js';
import { type RoutingOptions, type RoutingSettings, routingSettingsSchema } from './assignment/settings.js';
import { UsageError } from './errors.js';
import { type GuardOptions, type GuardSettings, guardSettingsSchema } from './guard/settings.js';

export interface Profile<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  /** Lower case words joined by `-`; unique in the application. */
  readonly name: Name;
  /** One sentence for people: what this profile decides. */
  readonly description: string;
  /** The one schema of all five gates: editor, check, publish, AppConfig's validator, client. */
  readonly schema: Schema;
  /** Grows by one whenever the schema changes; nodes report the one they know. */
  readonly schemaVersion: number;
  /** How rollouts of it are judged by the fleet. Default: on, see `guardSettingsSchema`. */
  readonly guard?: GuardOptions;
  /** What a node starts with when it has neither AppConfig nor disk, and its policy is `defaults`. */
  readonly defaults?: z.input<Schema>;
}

export interface Application<
  Name extends string = string,
  Environments extends readonly string[] = readonly string[],
  Profiles extends readonly Profile[] = readonly Profile[],
> {
  readonly name: Name;
  /** In the order changes travel: `['staging', 'production']`. */
  readonly environments: Environments;
  readonly profiles: Profiles;
  /** Has the work of its clusters shared out among their nodes; absent: nodes only report. */
  readonly routing?: RoutingOptions;
}

/** Names of an application's profiles. */
export type ProfileName<App extends Application> = App['profiles'][number]['name'];

/** The type of a profile's value, by its name. */
export type ProfileValue<App extends Application, Name extends ProfileName<App>> = z.output<
  Extract<App['profiles'][number], { readonly name: Name }>['schema']
>;

const nameSchema = z
  .string()
  .regex(namePattern, 'must be lower case words joined by "-", starting with a letter')
  .max(nameMaxChars);

const profileSchema = z.object({
  name: nameSchema,
  description: z.string().min(1),
  schema: z.custom<z.ZodType>((value) => typeof value === 'object' && value !== null && '_zod' in value, {
    message: 'must be a zod schema (zod 4)',
  }),
  schemaVersion: z.int().min(1),
  guard: guardSettingsSchema.optional(),
  defaults: z.unknown().optional(),
});

const applicationSchema = z.object({
  name: nameSchema,
  environments: z.array(nameSchema).min(1).refine(isUnique, 'must not name an environment twice'),
  profiles: z
    .array(profileSchema)
    .min(1)
    .refine((profiles) => isUnique(profiles.map((profile) => profile.name)), 'must not name a profile twice'),
  routing: routingSettingsSchema.optional(),
});

/**
 * Declares a profile.
 * @throws UsageError when a member is not as described.
 */
export function defineProfile<const Name extends string, Schema extends z.ZodType>(
  profile: Profile<Name, Schema>,
): Profile<Name, Schema> {
  demand(profileSchema, profile, `profile "${profile.name}"`);
  return Object.freeze(profile);
}

/**
 * Declares an application.
 * @throws UsageError when a name is malformed or used twice.
 */
export function defineApplication<
  const Name extends string,
  const Environments extends readonly string[],
  const Profiles extends readonly Profile[],
>(application: Application<Name, Environments, Profiles>): Application<Name, Environments, Profiles> {
  demand(applicationSchema, application, `application "${application.name}"`);
  return Object.freeze(application);
}

/** How rollouts of a profile are judged, with every default filled in. */
export const guardSettingsOf = ({ guard = {} }: Pick<Profile, 'guard'>): GuardSettings =>
  guardSettingsSchema.parse(guard);

/** How an application's work is shared out, with every default filled in; undefined where it declares no routing. */
export const routingSettingsOf = ({ routing }: Pick<Application, 'routing'>): RoutingSettings | undefined =>
  routing && routingSettingsSchema.parse(routing);

function demand(schema: z.ZodType, value: unknown, subject: string): void {
  const parsed = schema.safeParse(value);
  if (parsed.success) return;
  const issue = parsed.error.issues[0];
  throw new UsageError(`${subject}: ${issue?.path.join('.')} ${issue?.message}`, {
    hint: 'Correct the definition in config/<application>/.',
    cause: parsed.error,
  });
}

function isUnique(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
