import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StageRow } from '../../../core/stages.js';
import { functionNames, stageOf, synthesizer, twoAccounts } from './synthesized.js';

const synthesized = synthesizer();

const only = (about: Partial<StageRow>) => synthesized([stageOf(about)]);

describe('two stages in two accounts', () => {
  const made = synthesized(twoAccounts);

  it('are stacks of their own names, each bound to its account and region', () => {
    const places = made.stacks.map(
      ({ stackName, environment }) => `${stackName} ${environment.account} ${environment.region}`,
    );
    expect(places.filter((place) => /-(Data|Delivery) /.test(place)).toSorted()).toEqual([
      'Veltrix-live-Data 444455556666 eu-central-1',
      'Veltrix-live-Delivery 444455556666 eu-central-1',
      'Veltrix-main-Data 111122223333 eu-west-1',
      'Veltrix-main-Delivery 111122223333 eu-west-1',
    ]);
  });

  it('hold just their own environments, each with what publishes to it, and the validators of every profile there', () => {
    expect(functionNames(made.resources('Veltrix-main-Delivery'))).toEqual([
      'veltrix-main-fan-out-change',
      'veltrix-main-guard-rollout',
      'veltrix-main-publish-hunt-staging',
      'veltrix-main-validate-hunt-rules',
    ]);
    expect(functionNames(made.resources('Veltrix-live-Delivery'))).toEqual([
      'veltrix-live-fan-out-change',
      'veltrix-live-guard-rollout',
      'veltrix-live-publish-hunt-production',
      'veltrix-live-publish-shop-production',
      'veltrix-live-validate-hunt-rules',
      'veltrix-live-validate-shop-rules',
    ]);
    const environments = (stack: string) =>
      made.ofType(stack, 'AWS::AppConfig::Environment').map(({ Properties }) => Properties['Name']);
    expect(environments('Veltrix-main-Delivery')).toEqual(['staging']);
    expect(environments('Veltrix-live-Delivery')).toEqual(['production', 'production']);
  });

  it('publish by the strategy of the environment', () => {
    const defaults = ['main', 'live'].flatMap((stage) =>
      made
        .ofType(`Veltrix-${stage}-Delivery`, 'AWS::Lambda::Function')
        .map(
          ({ Properties }) => (Properties['Environment'] as { Variables: Record<string, string> }).Variables,
        )
        .map((variables) => variables['VELTRIX_DEFAULT_STRATEGY'])
        .filter((strategy) => strategy !== undefined),
    );
    expect(defaults).toEqual(['linear-50', 'canary-10', 'canary-10']);
  });

  it('share out the work of their own clusters', () => {
    const routed = ['main', 'live'].flatMap((stage) =>
      made
        .ofType(`Veltrix-${stage}-Fleet`, 'AWS::Lambda::Function')
        .map(
          ({ Properties }) => (Properties['Environment'] as { Variables: Record<string, string> }).Variables,
        )
        .flatMap((variables) => variables['VELTRIX_ROUTED_CLUSTERS'] ?? []),
    );
    // Of the function that shares out, and of the one that asks it to.
    const [staging, production] = ['["hunt/staging"]', '["hunt/production"]'];
    expect(routed).toEqual([staging, staging, production, production]);
  });

  it('raise alarms on their own environments', () => {
    const failed = made
      .ofType('Veltrix-main-Operations', 'AWS::CloudWatch::Alarm')
      .map(({ Properties }) => String(Properties['AlarmName']))
      .filter((name) => name.includes('publish-failed'));
    expect(failed).toEqual(['veltrix-main-publish-failed-hunt-staging']);
  });

  it('can be chosen one by one', () => {
    const { names } = synthesized(twoAccounts, { stage: 'live' });
    expect(names).toContain('Veltrix-live-Data');
    expect(names.filter((name) => !name.startsWith('Veltrix-live-'))).toEqual([]);
  });

  it('are refused by a name that none has', () => {
    expect(() => synthesized(twoAccounts, { stage: 'prod' })).toThrow('There is no stage "prod"');
  });

  it('are refused when an environment of an application is in none', () => {
    expect(() => synthesized(twoAccounts.slice(0, 1))).toThrow('No stage holds hunt/production');
  });
});

describe('a synthesis', () => {
  it('writes the same bytes each time', () => {
    const files = (directory: string) =>
      readdirSync(directory)
        .filter((name) => !name.startsWith('asset.'))
        .toSorted()
        .map((name) => [name, readFileSync(join(directory, name), 'utf8')]);
    // From one line of code, which the metadata of resources names.
    const [first = '', second = ''] = [1, 2].map(() => synthesized(twoAccounts).directory);
    expect(files(second)).toEqual(files(first));
    expect(readdirSync(second).toSorted()).toEqual(readdirSync(first).toSorted());
  });

  it('looks nothing up', () => {
    expect(synthesized(twoAccounts).manifest.missing).toBeUndefined();
  });
});

describe('the guard of a stage', () => {
  /** What is associated with extensions in a stage, by logical id. */
  const associated = (environments: Record<string, boolean>): string[] => {
    const rows = Object.entries(environments).map(
      ([name, guarded]) => [name, { strategy: 'linear-20', guarded }] as const,
    );
    const { stacks } = only({ environments: Object.fromEntries(rows) });
    const delivery = stacks.find(({ stackName }) => stackName === 'Veltrix-main-Delivery');
    return Object.keys(delivery?.template.Resources)
      .filter((id) => /^(Changes|Guard)Association/.test(id))
      .map((id) => id.slice(0, -8));
  };

  it('is taken away from one environment and stays with the others, and changes are told all the same', () => {
    expect(associated({ staging: true, production: true })).toEqual([
      'ChangesAssociationhunt',
      'ChangesAssociationshop',
      'GuardAssociationhuntstaging',
      'GuardAssociationhuntproduction',
      'GuardAssociationshopproduction',
    ]);
    expect(associated({ staging: false, production: true })).toEqual([
      'ChangesAssociationhunt',
      'ChangesAssociationshop',
      'GuardAssociationhuntproduction',
      'GuardAssociationshopproduction',
    ]);
    expect(associated({ staging: false, production: false })).toEqual([
      'ChangesAssociationhunt',
      'ChangesAssociationshop',
    ]);
  });
});

describe('what a stage keeps', () => {
  const made = only({ retention: { logDays: 365, changesDays: 30, loadHours: 48 } });

  it('is kept for as long as it says', () => {
    const logs = ['Delivery', 'Fleet'].flatMap((part) =>
      made.ofType(`Veltrix-main-${part}`, 'AWS::Logs::LogGroup'),
    );
    expect([...new Set(logs.map(({ Properties }) => Properties['RetentionInDays']))]).toEqual([365]);
    const streams = made.ofType('Veltrix-main-Data', 'AWS::Kinesis::Stream');
    expect(streams.map(({ Properties }) => [Properties['Name'], Properties['RetentionPeriodHours']])).toEqual(
      [
        ['veltrix-main-changes', 720],
        ['veltrix-main-load', 48],
      ],
    );
  });
});

describe('a stage that is thrown away', () => {
  const made = only({ removal: 'destroy', key: 'customer-managed' });
  const all = made.names.flatMap((name) => made.resources(name));

  it('leaves nothing behind, and is warned of', () => {
    expect(all.filter(({ DeletionPolicy = 'Delete' }) => DeletionPolicy !== 'Delete')).toEqual([]);
    expect(all.filter(({ UpdateReplacePolicy = 'Delete' }) => UpdateReplacePolicy !== 'Delete')).toEqual([]);
    const tables = made.ofType('Veltrix-main-Data', 'AWS::DynamoDB::Table');
    expect(tables).toHaveLength(5);
    for (const { Properties } of tables) expect(Properties['DeletionProtectionEnabled']).toBe(false);
    const said = made.stacks.flatMap(({ messages }) => messages.map(({ entry }) => String(entry.data)));
    expect(said).toContainEqual(
      expect.stringContaining(
        "Stage main loses its records with its stacks (removal: 'destroy'): for stages that are thrown away.",
      ),
    );
  });

  it('gives its key back after a week', () => {
    expect(made.ofType('Veltrix-main-Key', 'AWS::KMS::Key')[0]?.Properties['PendingWindowInDays']).toBe(7);
  });
});
