/**
 * Understands a whole stack before anything is touched: which resources it has, that every type, property, intrinsic and
 * name is known, and in which order they are made.
 */
import type * as z from 'zod';
import type { StackArtifact } from '../assembly/assembly.js';
import { type DeployProblem, TemplateProblem } from '../errors.js';
import type { ResourceHandler } from '../resources/handler.js';
import { createConditions } from './conditions.js';
import { sortByDependencies } from './graph.js';
import { evaluate, type Path, type Scope } from './intrinsics.js';
import { parameterValues, pseudoParameters, type StackFacts } from './parameters.js';
import { type ResourceDefinition, type Template, templateSchema } from './schema.js';
import { unknownValue } from './unknown.js';

export interface PlannedResource {
  readonly logicalId: string;
  readonly definition: ResourceDefinition;
  readonly handler: ResourceHandler;
  /** Logical ids that this one uses. */
  readonly dependencies: readonly string[];
}

export interface PlannedOutput {
  readonly name: string;
  readonly value: unknown;
  readonly exportName: string | undefined;
}

export interface StackPlan {
  readonly name: string;
  /** Only those whose condition holds, each after what it uses. */
  readonly resources: readonly PlannedResource[];
  readonly outputs: readonly PlannedOutput[];
  readonly imports: readonly string[];
  /** Names that are known before any resource exists; resources and imports are the caller's. */
  readonly scope: Omit<Scope, 'attribute' | 'importValue'>;
  /** Changes when the template or its parameters change. */
  readonly source: string;
}

export interface PlanOptions extends StackFacts {
  readonly handlers: ReadonlyMap<string, ResourceHandler>;
  /** Names of exports that exist, or will when this stack is deployed. */
  readonly exports: ReadonlySet<string>;
}

export type Planned = { readonly plan: StackPlan } | { readonly problems: readonly DeployProblem[] };

export function planStack(artifact: StackArtifact, options: PlanOptions): Planned {
  const problems = new Problems(options.name);
  const plan = problems.collect([], () => {
    const parsed = templateSchema.safeParse(artifact.template);
    if (!parsed.success) {
      problems.addIssues([], parsed.error);
      return undefined;
    }
    return new Planner(parsed.data, artifact, { options, problems }).plan();
  });
  if (plan && problems.list.length === 0) return { plan };
  return { problems: problems.list };
}

/** Collects what is wrong, so that all of it is told at once. */
class Problems {
  readonly list: DeployProblem[] = [];
  private readonly stack: string;

  constructor(stack: string) {
    this.stack = stack;
  }

  collect<T>(path: Path, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      const at = error instanceof TemplateProblem ? error.path : path;
      this.add(at, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  addIssues(path: Path, error: z.ZodError, type?: string): void {
    for (const issue of error.issues) {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
      for (const key of keys) {
        const reason = key === undefined ? issue.message : 'this local AWS does not know it';
        const inside = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
        this.add([...path, ...inside, ...(key === undefined ? [] : [key])], reason, type);
      }
    }
  }

  add(path: Path, reason: string, type?: string): void {
    const [section, logicalId, ...property] = path;
    const isResource = section === 'Resources' && logicalId !== undefined;
    this.list.push({
      stack: this.stack,
      ...(isResource ? { logicalId: String(logicalId) } : {}),
      ...(type ? { type } : {}),
      ...propertyOf(isResource ? property : path),
      reason,
    });
  }
}

const propertyOf = (path: Path): { property?: string } =>
  path.length > 0 ? { property: path.join('.') } : {};

class Planner {
  private readonly template: Template;
  private readonly artifact: StackArtifact;
  private readonly options: PlanOptions;
  private readonly problems: Problems;
  private readonly names: Record<string, unknown>;
  private readonly condition: (name: string) => boolean;
  private readonly imports = new Set<string>();

  constructor(
    template: Template,
    artifact: StackArtifact,
    { options, problems }: { options: PlanOptions; problems: Problems },
  ) {
    this.template = template;
    this.artifact = artifact;
    this.options = options;
    this.problems = problems;
    this.names = { ...pseudoParameters(options), ...parameterValues(template, artifact.parameters) };
    this.condition = createConditions(template.Conditions, {
      region: options.identity.region,
      ref: (name) => this.refName(name),
      mapping: (name, first, second) => this.mapping(name, first, second),
      attribute: refuseResource,
      importValue: refuseResource,
    });
  }

  plan(): StackPlan {
    for (const name of Object.keys(this.template.Conditions))
      this.problems.collect(['Conditions', name], () => this.condition(name));
    const resources = this.presentIds().flatMap((id) => this.planResource(id) ?? []);
    return {
      name: this.options.name,
      resources: this.inOrder(resources),
      outputs: Object.keys(this.template.Outputs).flatMap((name) => this.planOutput(name) ?? []),
      imports: [...this.imports].sort(),
      scope: {
        region: this.options.identity.region,
        ref: (name) => this.refName(name),
        condition: this.condition,
        mapping: (name, first, second) => this.mapping(name, first, second),
      },
      source: JSON.stringify([this.artifact.template, this.artifact.parameters]),
    };
  }

  private presentIds(): string[] {
    const present = ([id, one]: [string, ResourceDefinition]) =>
      this.problems.collect(['Resources', id, 'Condition'], () => this.holds(one.Condition)) ?? false;
    return Object.entries(this.template.Resources)
      .filter(present)
      .map(([id]) => id);
  }

  private holds(condition: string | undefined): boolean {
    return condition === undefined || this.condition(condition);
  }

  private planResource(logicalId: string): PlannedResource | undefined {
    const definition = this.definitionOf(logicalId);
    const path = ['Resources', logicalId];
    const handler = this.options.handlers.get(definition.Type);
    if (!handler) {
      this.problems.add([...path, 'Type'], `the type ${definition.Type} does not exist in this local AWS`);
      return undefined;
    }
    const used = new Set<string>();
    for (const id of definition.DependsOn)
      this.problems.collect([...path, 'DependsOn'], () => used.add(this.requireResource(id)));
    const inside = [...path, 'Properties'];
    const properties = this.problems.collect(inside, () =>
      evaluate(definition.Properties, this.recording(used), inside),
    );
    const parsed = properties === undefined ? undefined : handler.properties.safeParse(properties);
    if (parsed && !parsed.success) this.problems.addIssues(inside, parsed.error, definition.Type);
    return { logicalId, definition, handler, dependencies: [...used] };
  }

  private planOutput(name: string): PlannedOutput | undefined {
    const output = this.template.Outputs[name];
    const path = ['Outputs', name];
    if (!output) return undefined;
    return this.problems.collect(path, () => {
      if (!this.holds(output.Condition)) return undefined;
      const scope = this.recording(new Set());
      evaluate(output.Value, scope, [...path, 'Value']);
      const exportName = output.Export && evaluate(output.Export.Name, scope, [...path, 'Export']);
      return {
        name,
        value: output.Value,
        exportName: exportName === undefined ? undefined : String(exportName),
      };
    });
  }

  private inOrder(resources: readonly PlannedResource[]): PlannedResource[] {
    const byId = new Map(resources.map((one) => [one.logicalId, one]));
    const order = sortByDependencies(new Map(resources.map((one) => [one.logicalId, one.dependencies])));
    if ('sorted' in order) return order.sorted.flatMap((id) => byId.get(id) ?? []);
    this.problems.add(['Resources'], `Circular dependency between resources: [${order.cycle.join(', ')}]`);
    return [];
  }

  /** A scope in which resources are not made yet; notes which ones are used. */
  private recording(used: Set<string>): Scope {
    return {
      region: this.options.identity.region,
      condition: this.condition,
      mapping: (name, first, second) => this.mapping(name, first, second),
      ref: (name) => {
        if (Object.hasOwn(this.names, name)) return this.names[name];
        used.add(this.requireResource(name));
        return unknownValue(name);
      },
      attribute: (logicalId, attribute) => {
        used.add(this.requireResource(logicalId));
        this.requireAttribute(logicalId, attribute);
        return unknownValue(`${logicalId}.${attribute}`);
      },
      importValue: (name) => {
        if (!this.options.exports.has(name)) throw new Error(`no stack exports '${name}'`);
        this.imports.add(name);
        return unknownValue(name);
      },
    };
  }

  private refName(name: string): unknown {
    if (Object.hasOwn(this.names, name)) return this.names[name];
    throw new Error(`there is no parameter ${name}`);
  }

  private requireResource(logicalId: string): string {
    if (!Object.hasOwn(this.template.Resources, logicalId))
      throw new Error(`there is no parameter and no resource ${logicalId}`);
    if (!this.holds(this.definitionOf(logicalId).Condition))
      throw new Error(`the condition of the resource ${logicalId} does not hold`);
    return logicalId;
  }

  private definitionOf(logicalId: string): ResourceDefinition {
    const definition = this.template.Resources[logicalId];
    if (definition) return definition;
    throw new Error(`there is no resource ${logicalId}`);
  }

  private requireAttribute(logicalId: string, attribute: string): void {
    const type = this.definitionOf(logicalId).Type;
    const handler = this.options.handlers.get(type);
    if (!handler || handler.attributes.includes(attribute)) return;
    const known = handler.attributes.join(', ') || 'none';
    throw new Error(`${type} has no attribute ${attribute} in this local AWS (it has: ${known})`);
  }

  private mapping(name: string, first: string, second: string): unknown {
    const value = this.template.Mappings[name]?.[first]?.[second];
    if (value !== undefined) return value;
    throw new Error(`the mapping ${name} has no value at ${first}, ${second}`);
  }
}

function refuseResource(): never {
  throw new Error('conditions cannot use resources or other stacks');
}
