import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appConfigSessions } from '../../../aws/appconfig/configuration-sessions.js';
import type { ConfigurationSessions } from '../../../core/delivery/configuration-sessions.js';
import { useEnvironment } from '../../system/aws-environment.js';
import { startWireWorld, type WireWorld } from './world.js';

const target = { application: 'hunt', environment: 'staging', profile: 'limits' };
const patient = () => AbortSignal.timeout(10_000);

let world: WireWorld;
let sessions: ConfigurationSessions;
beforeAll(async () => {
  world = await startWireWorld();
  await world.deploy('limits', { queueSize: 10 }, 'v1-bbbbbbbb');
  sessions = appConfigSessions();
});
afterAll(async () => {
  sessions.close();
  await world.close();
});

/** A session's first token. */
async function begin(changes: Partial<typeof target> & { requiredIntervalSeconds?: number } = {}) {
  const started = await sessions.start({ ...target, ...changes }, patient());
  if (started.kind !== 'started') throw new Error(started.reason);
  return started.token;
}

describe('AppConfig sessions', () => {
  it('give the content once, with its label, and then nothing new', async () => {
    const first = await sessions.poll(await begin(), patient());
    expect(first).toMatchObject({ kind: 'content', label: 'v1-bbbbbbbb' });
    if (first.kind !== 'content') return;
    expect(new TextDecoder().decode(first.bytes)).toBe('{"queueSize":10}');
    expect(first.intervalSeconds).toBeGreaterThan(0);
    const second = await sessions.poll(first.nextToken, patient());
    expect(second).toMatchObject({ kind: 'unchanged', nextToken: expect.any(String) });
    expect(second).not.toHaveProperty('label');
  });

  it('tell a token that was used before, and one that is none', async () => {
    const token = await begin();
    await sessions.poll(token, patient());
    expect(await sessions.poll(token, patient())).toMatchObject({ kind: 'spent' });
    expect(await sessions.poll('garbage', patient())).toMatchObject({ kind: 'spent' });
  });

  it('tell a poll that is earlier than the session admits', async () => {
    const first = await sessions.poll(await begin({ requiredIntervalSeconds: 15 }), patient());
    if (first.kind !== 'content') throw new Error(first.kind);
    expect(await sessions.poll(first.nextToken, patient())).toMatchObject({ kind: 'too-early' });
  });

  it('admit early polls where no interval was required', async () => {
    const first = await sessions.poll(await begin(), patient());
    if (first.kind !== 'content') throw new Error(first.kind);
    expect(await sessions.poll(first.nextToken, patient())).toMatchObject({ kind: 'unchanged' });
  });

  it('tell that there is no such application, and that nothing is deployed', async () => {
    const answers = ['nowhere', 'hunt'].map(async (application) => {
      const profile = application === 'hunt' ? 'empty' : 'limits';
      const started = await sessions.start({ ...target, application, profile }, patient());
      return started.kind === 'started' ? sessions.poll(started.token, patient()) : started;
    });
    expect(await Promise.all(answers)).toMatchObject([{ kind: 'not-found' }, { kind: 'not-found' }]);
  });
});

/** Sessions in another environment than that of the local AWS; undefined removes a variable. */
async function elsewhere<T>(
  changes: Readonly<Record<string, string | undefined>>,
  use: (there: ConfigurationSessions) => Promise<T>,
): Promise<T> {
  const restore = useEnvironment(changes);
  const there = appConfigSessions();
  try {
    return await use(there);
  } finally {
    there.close();
    restore();
  }
}

describe('AppConfig sessions, given an AWS that does not answer', () => {
  it('tell that nobody listens', async () => {
    const answer = await elsewhere({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, (there) =>
      there.start(target, patient()),
    );
    expect(answer).toMatchObject({ kind: 'unreachable', reason: expect.stringContaining('ECONNREFUSED') });
  });

  it('give up when they are told to', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const answer = await elsewhere({ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` }, (there) =>
      there.poll('token', AbortSignal.timeout(50)),
    );
    silent.close();
    expect(answer).toMatchObject({ kind: 'unreachable', reason: expect.stringContaining('Abort') });
  });

  it('tell settings that name no region from an outage', async () => {
    const answer = await elsewhere({ AWS_REGION: undefined, AWS_CONFIG_FILE: '/dev/null' }, (there) =>
      there.start(target, patient()),
    );
    expect(answer).toMatchObject({ kind: 'denied', reason: expect.stringContaining('Region is missing') });
  });
});
