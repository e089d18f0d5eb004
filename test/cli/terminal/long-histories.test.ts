import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context, Runnable } from '../../../cli/command.js';
import { history } from '../../../cli/commands/see/history.js';
import { status } from '../../../cli/commands/see/status.js';
import { createPaint } from '../../../cli/terminal/paint.js';
import { createScreen } from '../../../cli/terminal/screen.js';
import { publish } from '../../../control/act/publish.js';
import { openWorkspace } from '../../../control/files/workspace.js';
import { createWorld, fillHistory, rules, type World, yamlWith } from '../../control/world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

async function lines(command: Runnable, options: object = {}): Promise<string> {
  const context: Context = {
    screen: createScreen({ write: () => undefined }, {}),
    json: false,
    yes: false,
    home: async () => ({ name: 'main' }),
    directory: world.project.root,
    environment: {},
    signal: new AbortController().signal,
    cloud: async () => world.cloud,
    workspace: () => openWorkspace(world.project.root),
    author: () => 'anna',
    confirm: async () => true,
  };
  const outcome = await command(context, { positional: ['quest/staging/rules'], options: { ...options } });
  return outcome.lines(createPaint(false), { columns: 80, isTerminal: false }).join('\n');
}

describe('history', () => {
  it('says how to see more than the newest', async () => {
    fillHistory(world, 21, 'rules');
    expect(await lines(history)).toContain(
      '! These are the newest 20; for more, say since when: --since 30d',
    );
  });

  it('says when it did not read to the time that was asked for', async () => {
    fillHistory(world, 2_001, 'rules');
    expect(await lines(history, { since: '30d' })).toContain(
      '! There may be more: of each environment the newest 2000 deployments were read.',
    );
  });

  it('says nothing of the kind when that is all', async () => {
    fillHistory(world, 20, 'rules');
    expect(await lines(history)).not.toContain('!');
  });
});

describe('status', () => {
  it('says unknown, and whom to ask, where a listing does not reach', async () => {
    await world.publishAndFinish(yamlWith(5000));
    fillHistory(world, 500);
    const text = await lines(status);
    expect(text).toContain('○ nothing published lately');
    expect(text).toContain('Version  unknown: whatever is deployed is further back than was read');
    expect(text).toContain('→ veltrix get quest/staging/rules');
    expect(text).not.toContain('veltrix publish');
  });

  it('says unknown of what a rollout replaces, too', async () => {
    await world.publishAndFinish(yamlWith(5000));
    fillHistory(world, 500);
    world.edit(yamlWith(4000));
    await publish(world.cloud, world.loaded, { address: rules, author: 'anna', reason: 'less' });
    expect(await lines(status)).toContain('2 ← unknown');
  });
});
