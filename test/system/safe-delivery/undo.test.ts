/** Undoing on a fleet of twenty, in every state there is, proved by what the nodes themselves report. */

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { planRollback, type RollbackPlan } from '../../../control/act/rollback/plan.js';
import { proveRollback } from '../../../control/act/rollback/proof.js';
import { rollback } from '../../../control/act/rollback/rollback.js';
import { nodes as nodesOf } from '../../../control/see/nodes.js';
import type { FleetNode } from '../manual/fleet-node.js';
import { inManualWorld, minuteMs } from '../manual-world.js';
import { pass } from './passing.js';
import { deploymentOf, ended, gameplay, held, rarely, staging, statusOf } from './views.js';

const world = inManualWorld();
const secondMs = 1_000;
const hourMs = 60 * minuteMs;
let nodes: FleetNode[];
let before: string;

beforeAll(async () => {
  nodes = await world().nodes(20, rarely);
});

beforeEach(() => {
  before = nodes[0]?.label('gameplay') ?? '';
});

let coolDownMs = 20_000;
/** Something new on all nodes, complete. */
async function deploy() {
  coolDownMs += 1;
  const published = await world().publish('gameplay', { coolDownMs }, { strategy: 'immediate' });
  await ended(world(), published.deployment);
  await held(world(), nodes, published.label);
  return published;
}

const plan = () => planRollback(world().cloud, { address: gameplay });

/** As the command does it; `mayStop`: what somebody says to another profile's rollout in the way. */
async function undo({ goal }: RollbackPlan, mayStop = false) {
  const done = await world().drive(
    rollback(world().cloud, {
      address: gameplay,
      goal,
      author: 'anna',
      reason: 'it hurts',
      mayStop: () => mayStop,
      timeoutMs: 2 * minuteMs,
    }),
  );
  const { inForce } = done;
  if (inForce === undefined) throw new Error('nothing is in force');
  const question = { address: gameplay, undone: goal.undoes.number, inForce, timeoutMs: 2 * minuteMs };
  return { ...done, proof: await world().drive(proveRollback(world().cloud, question)) };
}

const everywhere = { kind: 'proved', held: 20, of: 20 };

describe('undoing', () => {
  it('stops what is on its way, and the nodes that took it prove that they went back', async () => {
    coolDownMs += 1;
    const running = await world().publish('gameplay', { coolDownMs }, { strategy: 'linear-50' });
    await world().advance(75 * secondMs);
    const holding = nodes.filter((node) => node.label('gameplay') === running.label).length;
    expect(holding).toBeGreaterThan(0);
    const planned = await plan();
    expect(planned).toMatchObject({
      outcome: 'undo',
      undoes: { version: running.version, state: 'DEPLOYING', percentage: 50 },
      changes: [{ path: 'coolDownMs' }],
      nodes: { count: 20, holding },
    });
    expect(await undo(planned)).toMatchObject({ how: 'stopped', proof: everywhere });
    expect((await deploymentOf(world(), running.deployment)).state).toBe('ROLLED_BACK');
    expect(nodes.map((node) => node.label('gameplay'))).toEqual(Array(20).fill(before));
  });

  it('reverts what completed', async () => {
    const deployed = await deploy();
    expect(await undo(await plan())).toMatchObject({ how: 'reverted', proof: everywhere });
    expect((await deploymentOf(world(), deployed.deployment)).state).toBe('REVERTED');
    expect(nodes.map((node) => node.label('gameplay'))).toEqual(Array(20).fill(before));
  });

  it('does not stop another profile’s rollout unasked, and takes it back as well when told to', async () => {
    await deploy();
    const other = await world().publish('limits', { requestMaxBytes: 5_000 }, { strategy: 'linear-50' });
    await world().advance(50 * secondMs);
    const planned = await plan();
    expect(planned.inTheWay).toMatchObject({ profile: 'limits', deployment: other.deployment });
    await expect(undo(planned)).rejects.toMatchObject({
      code: 'VELTRIX_DEPLOYMENT_IN_PROGRESS',
      running: { profile: 'limits', deployment: other.deployment },
    });
    expect((await deploymentOf(world(), other.deployment)).state).toBe('DEPLOYING');
    expect(nodes.map((node) => node.label('gameplay'))).not.toContain(before);

    expect(await undo(planned, true)).toMatchObject({
      how: 'reverted',
      stoppedOther: { profile: 'limits', deployment: other.deployment },
      proof: everywhere,
    });
    expect((await deploymentOf(world(), other.deployment)).state).toBe('ROLLED_BACK');
    await world().advance(20 * secondMs);
    const { state, nodes: fleet } = await statusOf(world(), 'limits');
    expect([state, fleet.holding.length]).toEqual(['rolled-back', 20]);
  });

  it('names the node that keeps what was withdrawn', async () => {
    const withdrawn = await deploy();
    // AppConfig holds it to an hour between two polls.
    const slow = await world().node('slow', { ...rarely, poll: { intervalSeconds: 3_600 } });
    await world().advance(20 * secondMs);
    const { proof } = await undo(await plan());
    expect(proof).toMatchObject({ kind: 'unproved', held: 20, of: 21, laggards: [{ node: 'slow' }] });
    const keeping = [{ node: 'slow', label: withdrawn.label }];
    expect((await statusOf(world(), 'gameplay')).nodes.keeping).toEqual(keeping);
    const { nodes: behind } = await nodesOf(world().cloud, { cluster: staging, behind: true });
    const why = `keeps gameplay ${withdrawn.label}, which was taken back (${before} is deployed)`;
    expect(behind.map(({ node, behind: causes }) => [node, causes[0]?.why])).toEqual([['slow', why]]);
    await slow.stop();
  });

  it('deploys the earlier content again once AppConfig reverts no more', async () => {
    const deployed = await deploy();
    await pass(world(), nodes, 73 * hourMs);
    await world().advance(20 * secondMs);
    const undone = await undo(await plan());
    expect(undone).toMatchObject({ how: 'redeployed', proof: everywhere });
    expect((await deploymentOf(world(), deployed.deployment)).state).toBe('COMPLETE');
    expect(nodes.map((node) => node.label('gameplay'))).toEqual(Array(20).fill(before));
    const { description } = await deploymentOf(world(), undone.inForce?.number ?? 0);
    expect(description).toBe(`rollback of deployment ${deployed.deployment}: it hurts (anna)`);
  });
});
