/** The cloud assembly, synthesized once for a file of tests, and its templates. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, beforeAll } from 'vitest';
import { applications } from '../../config/applications.js';
import { synthesize } from '../../infra/app.js';
import { stages } from '../../infra/stages.js';

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export const stackParts = ['Data', 'Delivery', 'Fleet', 'Access', 'Operations'] as const;
export type StackPart = (typeof stackParts)[number];

export interface Assembly {
  readonly directory: string;
  /** Resources of a stack by logical id. */
  resources(part: StackPart): Record<string, Resource>;
  /** Resources of one type in a stack, by logical id. */
  ofType(part: StackPart, type: string): Record<string, Resource>;
  /** The only resource of this type whose name (any property ending so) is `name`. */
  named(part: StackPart, type: string, name: string): Resource;
  readonly manifest: { readonly artifacts: Record<string, { readonly dependencies?: readonly string[] }> };
}

/** CDK's own checks of templates take seconds, and `cdk synth` makes them. */
export function withoutValidation(): void {
  const validation = process.env['CDK_VALIDATION'];
  beforeAll(() => {
    process.env['CDK_VALIDATION'] = 'false';
  });
  afterAll(() => {
    if (validation === undefined) delete process.env['CDK_VALIDATION'];
    else process.env['CDK_VALIDATION'] = validation;
  });
}

/**
 * Call it once, in the body of a file that synthesizes stacks of its own.
 * @returns what makes an app whose assembly goes after the file's tests.
 */
export function scratchApps(): (context?: Record<string, string>) => App {
  const outdirs: string[] = [];
  withoutValidation();
  afterAll(() => {
    for (const outdir of outdirs) rmSync(outdir, { recursive: true });
  });
  return (context = {}) => {
    const outdir = mkdtempSync(join(tmpdir(), 'veltrix-assembly-'));
    outdirs.push(outdir);
    return new App({ outdir, context, analyticsReporting: false, treeMetadata: false });
  };
}

/** Call it once, in the file's body. */
export function assembly(): () => Assembly {
  let directory: string;
  let made: Assembly;
  withoutValidation();
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'veltrix-assembly-'));
    made = read(synthesize({ applications, stages }, directory));
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  return () => made;
}

function read(directory: string): Assembly {
  const json = (file: string) => JSON.parse(readFileSync(join(directory, file), 'utf8'));
  const resources = (part: StackPart): Record<string, Resource> =>
    json(`Veltrix-main-${part}.template.json`).Resources;
  const ofType = (part: StackPart, type: string) =>
    Object.fromEntries(Object.entries(resources(part)).filter(([, resource]) => resource.Type === type));
  return {
    directory,
    manifest: json('manifest.json'),
    resources,
    ofType,
    named(part, type, name) {
      const found = Object.values(ofType(part, type)).filter((resource) =>
        Object.entries(resource.Properties).some(([key, value]) => key.endsWith('Name') && value === name),
      );
      if (found.length !== 1 || !found[0]) throw new Error(`${found.length} of ${type} are named ${name}`);
      return found[0];
    },
  };
}

/** What a template would become, as text: `<Id>` for a reference, `arn:` for everything in front of an ARN's resource. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const [entry] = Object.entries(value as Record<string, unknown>);
  if (!entry) throw new Error('an empty value');
  const [name, about] = entry;
  if (name === 'Ref') return `<${String(about)}>`;
  if (name === 'Fn::GetAtt') return `<${(about as string[]).join('.')}>`;
  if (name === 'Fn::Join') return (about as [string, unknown[]])[1].map(text).join('');
  throw new Error(`${name} is not expected in a template`);
}
