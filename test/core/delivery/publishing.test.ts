import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  DeploymentState,
  DeploymentSummary,
  VersionSummary,
} from '../../../core/delivery/deployments.js';
import {
  decidePublish,
  type EnvironmentFacts,
  publishRequestSchema,
} from '../../../core/delivery/publishing.js';
import { epochMs } from '../../../core/time.js';

const address = { application: 'treasure-hunt', environment: 'staging', profile: 'gameplay' };
const a = 'aaaaaaaa';
const b = 'bbbbbbbb';

function deployment(
  number: number,
  about: Partial<DeploymentSummary> & { hash?: string },
): DeploymentSummary {
  const { hash, ...rest } = about;
  const version = rest.version ?? number;
  return {
    number,
    profile: 'gameplay',
    version,
    state: 'COMPLETE',
    percentage: 100,
    startedAt: '2026-01-01T00:00:00.000Z',
    completedAtMs: epochMs(1_767_225_600_000),
    ...(hash && { label: `v${version}-${hash}` }),
    ...rest,
  };
}

const version = (number: number, hash: string): VersionSummary => ({
  version: number,
  label: `v${number}-${hash}`,
});

function decide(hash8: string, here: Partial<EnvironmentFacts>, expectedVersion?: number) {
  return decidePublish({ address, hash8, expectedVersion }, { deployments: [], versions: [], ...here });
}

describe('decidePublish', () => {
  it('creates version 1, at once, where nothing was ever deployed', () => {
    expect(decide(a, {})).toEqual({ kind: 'create', after: 0, first: true });
  });

  it('creates the next version, gradually, where something is deployed', () => {
    const here = { deployments: [deployment(1, { hash: a })], versions: [version(1, a)] };
    expect(decide(b, here)).toEqual({ kind: 'create', after: 1, first: false });
  });

  it('does nothing when the same content is deployed', () => {
    const here = { deployments: [deployment(4, { version: 2, hash: a })], versions: [version(2, a)] };
    expect(decide(a, here)).toEqual({ kind: 'unchanged', version: 2, label: 'v2-aaaaaaaa', deployment: 4 });
  });

  it('does nothing when the same content is being deployed', () => {
    const here = {
      deployments: [deployment(5, { state: 'DEPLOYING', hash: a }), deployment(4, { hash: b })],
      versions: [version(5, a)],
    };
    expect(decide(a, here)).toMatchObject({ kind: 'unchanged', deployment: 5 });
  });

  it('tells a retry of its own success, though another version was expected', () => {
    const here = {
      deployments: [deployment(2, { hash: b }), deployment(1, { hash: a })],
      versions: [version(2, b)],
    };
    expect(decide(b, here, 1)).toMatchObject({ kind: 'unchanged', version: 2 });
  });

  it('does not take content that is being rolled back for deployed', () => {
    const here = {
      deployments: [deployment(5, { state: 'ROLLING_BACK', hash: a }), deployment(4, { hash: b })],
    };
    expect(decide(a, here)).toMatchObject({ kind: 'busy', running: { number: 5 } });
  });

  it('does not call content deployed while another version replaces it', () => {
    const here = { deployments: [deployment(5, { state: 'BAKING', hash: b }), deployment(4, { hash: a })] };
    expect(decide(a, here)).toMatchObject({ kind: 'busy', running: { number: 5 } });
  });

  it('refuses while another profile is being deployed', () => {
    const here = { deployments: [deployment(1, { profile: 'limits', state: 'BAKING', hash: a })] };
    expect(decide(a, here)).toMatchObject({ kind: 'busy', running: { profile: 'limits' } });
  });

  it('refuses a stale expectation, and names what is deployed', () => {
    const here = { deployments: [deployment(3, { hash: a })], versions: [version(3, a)] };
    expect(decide(b, here, 2)).toEqual({ kind: 'conflict', deployedVersion: 3 });
    expect(decide(b, {}, 2)).toEqual({ kind: 'conflict', deployedVersion: 0 });
  });

  it('goes back to what stood before a revert', () => {
    const here = {
      deployments: [deployment(2, { state: 'REVERTED', hash: b }), deployment(1, { hash: a })],
      versions: [version(2, b), version(1, a)],
    };
    expect(decide(a, here)).toMatchObject({ kind: 'unchanged', version: 1 });
    expect(decide(b, here)).toEqual({ kind: 'create', after: 2, first: false });
  });

  it('starts the version that a publisher left when it died', () => {
    const here = { deployments: [deployment(1, { hash: a })], versions: [version(2, b), version(1, a)] };
    expect(decide(b, here)).toEqual({ kind: 'start', version: 2, label: 'v2-bbbbbbbb', first: false });
  });

  it('starts a version made for another environment', () => {
    expect(decide(a, { versions: [version(7, a)] })).toMatchObject({
      kind: 'start',
      version: 7,
      first: true,
    });
  });

  it('never starts an abandoned version over a newer one', () => {
    const here = {
      deployments: [deployment(2, { version: 3, hash: 'cccccccc' }), deployment(1, { hash: a })],
      versions: [version(3, 'cccccccc'), version(2, b), version(1, a)],
    };
    expect(decide(b, here)).toEqual({ kind: 'conflict', deployedVersion: 3 });
    expect(decide(b, here, 3)).toEqual({ kind: 'create', after: 3, first: false });
  });

  it('never starts a version again that was rolled back here', () => {
    const here = {
      deployments: [deployment(2, { state: 'ROLLED_BACK', hash: b }), deployment(1, { hash: a })],
      versions: [version(2, b), version(1, a)],
    };
    expect(decide(b, here)).toEqual({ kind: 'create', after: 2, first: false });
  });

  describe('when the same content failed within the hour', () => {
    const failure = {
      deployment: 2,
      version: 2,
      label: 'v2-bbbbbbbb',
      at: '2026-01-01T00:00:00.000Z',
      why: 'x',
    };
    const here = {
      deployments: [deployment(2, { state: 'ROLLED_BACK', hash: b }), deployment(1, { hash: a })],
      versions: [version(2, b), version(1, a)],
      failures: [failure, { ...failure, deployment: 1 }],
    };
    const intent = { address, hash8: b };

    it('refuses it, and names the newest failure', () => {
      expect(decidePublish(intent, here)).toEqual({ kind: 'failed-lately', failure });
    });

    it('takes it, as another version, when it is forced', () => {
      const forced = { ...intent, forced: true };
      expect(decidePublish(forced, here)).toEqual({ kind: 'create', after: 2, first: false });
    });

    it('still says first what is deployed, and what was built upon', () => {
      const again = [deployment(3, { hash: b }), ...here.deployments];
      expect(decidePublish(intent, { ...here, deployments: again })).toMatchObject({ kind: 'unchanged' });
      expect(decidePublish({ ...intent, expectedVersion: 7 }, here)).toMatchObject({ kind: 'conflict' });
    });

    it('says so rather than that the environment is busy: waiting would not help', () => {
      const running = deployment(3, { profile: 'limits', state: 'BAKING', hash: a });
      const busy = { ...here, deployments: [running, ...here.deployments] };
      expect(decidePublish(intent, busy)).toMatchObject({ kind: 'failed-lately' });
      expect(decidePublish({ ...intent, forced: true }, busy)).toMatchObject({ kind: 'busy' });
    });
  });

  it('creates version 1 of a profile that was deleted and made again, whatever was deployed under its name', () => {
    const here = { deployments: [deployment(3, { version: 2, hash: a })], versions: [] };
    expect(decide(a, here)).toEqual({ kind: 'create', after: 0, first: false });
  });

  it('does not know the content of a version without a label', () => {
    const here = { deployments: [deployment(1, {})], versions: [{ version: 1 }] };
    expect(decide(a, here)).toEqual({ kind: 'create', after: 1, first: false });
  });
});

const states: DeploymentState[] = ['COMPLETE', 'ROLLED_BACK', 'REVERTED'];
const hash = fc.constantFrom(a, b, 'cccccccc');
const history = fc
  .record({
    past: fc.array(
      fc.record({ hash, state: fc.constantFrom(...states), profile: fc.constantFrom('gameplay', 'limits') }),
      {
        maxLength: 8,
      },
    ),
    running: fc.option(fc.constantFrom<DeploymentState>('DEPLOYING', 'BAKING', 'ROLLING_BACK'), {
      nil: undefined,
    }),
    spare: fc.array(hash, { maxLength: 3 }),
  })
  .map(({ past, running, spare }): EnvironmentFacts => {
    const newest = past.length;
    const deployments = past.map((item, index) =>
      deployment(index + 1, { ...item, state: index + 1 === newest && running ? running : item.state }),
    );
    const versions = [...past.map((item) => item.hash), ...spare].map((item, index) =>
      version(index + 1, item),
    );
    return { deployments: deployments.reverse(), versions: versions.reverse() };
  });

describe('decidePublish, whatever happened before', () => {
  it('never starts anything while a deployment runs', () => {
    fc.assert(
      fc.property(history, hash, fc.option(fc.nat(9), { nil: undefined }), (here, hash8, expected) => {
        const running = here.deployments.some((item) => !states.includes(item.state));
        const decision = decide(hash8, here, expected);
        if (running) expect(['unchanged', 'busy', 'conflict']).toContain(decision.kind);
        else expect(decision.kind).not.toBe('busy');
      }),
    );
  });

  it('never starts a version older than one deployed here, nor one deployed here before', () => {
    fc.assert(
      fc.property(history, hash, (here, hash8) => {
        const decision = decide(hash8, here);
        if (decision.kind !== 'start') return;
        const mine = here.deployments.filter((item) => item.profile === 'gameplay');
        for (const item of mine) expect(item.version).toBeLessThan(decision.version);
      }),
    );
  });

  it('creates or starts nothing on a stale expectation', () => {
    fc.assert(
      fc.property(history, hash, fc.nat(9), (here, hash8, expected) => {
        const deployed = here.deployments.find(
          (item) => item.profile === 'gameplay' && item.state === 'COMPLETE',
        );
        fc.pre(expected !== (deployed?.version ?? 0));
        expect(['unchanged', 'conflict']).toContain(decide(hash8, here, expected).kind);
      }),
    );
  });
});

describe('publishRequestSchema', () => {
  const request = { profile: 'gameplay', content: {}, description: 'why', author: 'anna' };

  it('takes a request', () => {
    expect(
      publishRequestSchema.parse({ ...request, strategy: 'linear-20', expectedVersion: 0 }),
    ).toMatchObject(request);
  });

  it.each([
    ['a profile that is no name', { profile: 'Game Play' }],
    ['no reason', { description: '' }],
    ['no author', { author: undefined }],
    ['an unknown strategy', { strategy: 'yolo' }],
    ['an expectation that is no number', { expectedVersion: -1 }],
    ['an unknown key', { force: true }],
  ])('refuses %s', (_, change) => {
    expect(publishRequestSchema.safeParse({ ...request, ...change }).success).toBe(false);
  });
});
