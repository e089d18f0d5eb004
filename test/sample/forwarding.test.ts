/** Two nodes on this machine, and attempts that arrive at the one that does not have the hunt. */

import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestNode } from '../../client/testing.js';
import { treasureHunt } from '../../config/treasure-hunt/application.js';
import { createRouter, listen } from '../../sample/http.js';
import { routesOf } from '../../sample/routes.js';
import { createService } from '../../sample/service.js';
import { gameplayInput, limitsInput, noonMs } from './game/gameplay.js';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** A node that serves; `judged` is what it judged itself. */
async function startNode() {
  const node = createTestNode(treasureHunt, { values: { gameplay: gameplayInput, limits: limitsInput } });
  let judged = 0;
  const lookUp = async () => {
    judged += 1;
  };
  const service = createService(node, { capacity: 1, lookUp, now: () => noonMs });
  const onFailure = () => undefined;
  const server = createServer(
    createRouter({ routes: routesOf(service), bodyMaxBytes: () => 1024, onFailure }),
  );
  open.push(server);
  const endpoint = `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 })}`;
  const attempt = async (members: object = {}) => {
    const response = await fetch(`${endpoint}/hunts/walk/attempts`, {
      method: 'POST',
      body: JSON.stringify({
        player: 'anna',
        tier: 'captain',
        clue: 'door',
        proof: { kind: 'answer', text: 'no idea' },
        ...members,
      }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return { node, server, endpoint, attempt, judged: () => judged };
}

async function startTwo() {
  const [here, there] = [await startNode(), await startNode()];
  here.node.setPeers([{ node: 'there', endpoint: there.endpoint }]);
  here.node.setOwner('walk', 'there');
  // The other believes that this one has it: it must not send it back.
  there.node.setPeers([{ node: 'here', endpoint: here.endpoint }]);
  there.node.setOwner('walk', 'here');
  return { here, there };
}

describe('an attempt', () => {
  it('is judged where it arrives, when that node has the hunt', async () => {
    const { attempt, judged } = await startNode();
    expect(await attempt()).toMatchObject({ status: 200, body: { outcome: 'wrong' } });
    expect(judged()).toBe(1);
  });

  it('is judged on the node that has the hunt, once, with its answer as it is', async () => {
    const { here, there } = await startTwo();
    expect(await here.attempt()).toMatchObject({ status: 200, body: { outcome: 'wrong' } });
    const again = await here.attempt();
    expect([again.status, again.headers.get('retry-after'), again.body]).toEqual([
      429,
      '30',
      { outcome: 'cooling-down', retryAfterMs: 30_000 },
    ]);
    expect([here.judged(), there.judged()]).toEqual([0, 1]);
    expect(await here.attempt({ player: '' })).toMatchObject({ status: 400 });
  });

  it('is judged here when the other node is gone', async () => {
    const { here, there } = await startTwo();
    there.server.closeAllConnections();
    await new Promise((closed) => there.server.close(closed));
    expect(await here.attempt()).toMatchObject({ status: 200, body: { outcome: 'wrong' } });
    expect(here.judged()).toBe(1);
  });

  it('is not tried twice when the other node breaks it off', async () => {
    const { here, there } = await startTwo();
    there.server.removeAllListeners('request').on('request', (request) => request.socket.destroy());
    expect(await here.attempt()).toMatchObject({ status: 502 });
    expect(here.judged()).toBe(0);
  });
});
