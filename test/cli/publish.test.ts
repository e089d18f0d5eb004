import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../cli/command.js';
import { publish } from '../../cli/commands/act/publish.js';
import { exitCodeOf } from '../../cli/exit-codes.js';
import { createScreen } from '../../cli/terminal/screen.js';
import { openWorkspace } from '../../control/files/workspace.js';
import { createWorld, type World, yamlWith } from '../control/world.js';

let world: World;
let shown = '';
beforeEach(async () => {
  world = await createWorld();
  shown = '';
  await world.publishAndFinish(yamlWith(5000));
});
afterEach(() => world.project.remove());

/** A person at a terminal, to whom something happens before the answer. */
function at(whileAsked: () => unknown, answer = true): Context {
  const output = { isTTY: true, write: (text: string) => (shown += text) };
  return {
    screen: createScreen(output, { NO_COLOR: '1' }),
    json: false,
    yes: false,
    home: async () => ({ name: 'main' }),
    directory: world.project.root,
    environment: {},
    signal: new AbortController().signal,
    cloud: async () => world.cloud,
    workspace: () => openWorkspace(world.project.root),
    author: () => 'anna',
    async confirm() {
      await whileAsked();
      return answer;
    },
  };
}

const words = (options: object = {}) => ({
  positional: ['quest/staging/rules'],
  options: { message: 'shorter', ...options },
});

const deployed = () =>
  world.cloud.appConfig.history('staging').map(({ version, state }) => `${version} ${state}`);

describe('publish at a terminal', () => {
  it('publishes what it showed, when somebody agrees', async () => {
    world.edit(yamlWith(4000));
    const { data } = await publish(
      at(() => undefined),
      words(),
    );
    expect(data).toMatchObject({ version: 2, previousVersion: 1 });
    expect(shown).toContain('~  coolDownMs  5000 → 4000');
  });

  it('is refused when another version was deployed between the plan and the yes', async () => {
    world.edit(yamlWith(4000));
    const somebodyElse = async () => {
      await world.publishAndFinish(yamlWith(3000));
      world.edit(yamlWith(4000));
    };
    const error = await publish(at(somebodyElse), words()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'VELTRIX_VERSION_CONFLICT',
      expectedVersion: 1,
      deployedVersion: 2,
    });
    expect(exitCodeOf(error)).toBe(4);
    expect(deployed()).toEqual(['1 COMPLETE', '2 COMPLETE']);
  });

  it('publishes the content that was shown, not what the file became meanwhile', async () => {
    world.edit(yamlWith(4000));
    await publish(
      at(() => world.edit(yamlWith(1))),
      words(),
    );
    expect(new TextDecoder().decode(world.cloud.appConfig.bytes('rules', 2))).toBe(
      '{"coolDownMs":4000,"difficulty":"easy"}',
    );
  });

  it('builds on the version somebody names rather than on the one it showed', async () => {
    world.edit(yamlWith(4000));
    const refused = publish(
      at(() => undefined),
      words({ expect: '7' }),
    );
    await expect(refused).rejects.toMatchObject({ expectedVersion: 7, deployedVersion: 1 });
  });

  it('does nothing when somebody declines', async () => {
    world.edit(yamlWith(4000));
    const { data } = await publish(
      at(() => undefined, false),
      words(),
    );
    expect(data).toBeUndefined();
    expect(shown).toContain('Nothing was published.');
    expect(deployed()).toEqual(['1 COMPLETE']);
  });
});
