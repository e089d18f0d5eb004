/** What of a stack's template holds something that nobody could write again, and what another template would lose of it. */

/** A resource of a template, as far as it matters here. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: unknown;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** Resources by logical id. */
export type Resources = Readonly<Record<string, TemplateResource>>;

/** Resources of each stack, by the stack's name. */
export type StatefulStacks = Readonly<Record<string, Resources>>;

/**
 * Types that hold data, or that data belongs to, with the properties whose change makes CloudFormation replace them (registry
 * schemas, `createOnlyProperties`). Logs are not among them: they go by themselves.
 */
const replacing: Readonly<Record<string, readonly string[]>> = {
  'AWS::AppConfig::Application': [],
  'AWS::AppConfig::ConfigurationProfile': ['ApplicationId', 'LocationUri', 'Type'],
  'AWS::AppConfig::Environment': ['ApplicationId'],
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema', 'ImportSourceSpecification'],
  'AWS::KMS::Key': [],
  'AWS::Kinesis::Stream': ['Name'],
  'AWS::S3::Bucket': ['BucketName'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
};

/** The resources that hold something; without what they say of resources that do not, such as validators. */
export function statefulIn(resources: Resources): Resources {
  const kept = Object.entries(resources).filter(([, { Type }]) => Object.hasOwn(replacing, Type));
  const ids = new Set(kept.map(([id]) => id));
  return Object.fromEntries(kept.map(([id, resource]) => [id, standingAlone(resource, ids)]));
}

function standingAlone(resource: TemplateResource, ids: ReadonlySet<string>): TemplateResource {
  const { DependsOn: _DependsOn, Properties = {}, ...rest } = resource;
  const own = Object.entries(Properties).filter(([, value]) =>
    namesIn(value).every((name) => ids.has(name) || name.startsWith('AWS::')),
  );
  return { ...rest, Properties: Object.fromEntries(own) };
}

/** Logical ids that a value speaks of. */
function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : inner).split('.')[0] ?? ''];
    return namesIn(inner);
  });
}

/**
 * What an update from one to the other would take away, in one sentence each: a logical id that is gone or means something
 * else, a resource that CloudFormation would replace, a name in AppConfig that changes, and a policy that keeps nothing.
 */
export function lostBetween(before: StatefulStacks, after: StatefulStacks): readonly string[] {
  return Object.entries(before).flatMap(([stack, resources]) =>
    Object.entries(resources).flatMap(([id, resource]) => {
      const why = lossOf(resource, after[stack]?.[id]);
      return why === undefined ? [] : [`${stack} ${id} (${resource.Type}) ${why}`];
    }),
  );
}

function lossOf(before: TemplateResource, after: TemplateResource | undefined): string | undefined {
  if (after === undefined)
    return 'is gone: what stands behind it is left behind, and a new one is made beside it';
  if (after.Type !== before.Type) return `becomes ${after.Type}`;
  const properties = [...(replacing[before.Type] ?? []), 'Name'];
  const changed = properties.find((name) => !isSame(before.Properties?.[name], after.Properties?.[name]));
  if (changed !== undefined) return `has another ${changed}`;
  const keeps = after.DeletionPolicy?.startsWith('Retain') && after.UpdateReplacePolicy === 'Retain';
  return keeps ? undefined : 'is no longer retained';
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
