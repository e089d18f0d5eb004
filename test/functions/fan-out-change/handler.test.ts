import { describe, expect, it } from 'vitest';
import { deploy, logged, notification, of, schedule, seen, teller, type World, world } from './teller.js';

const gameplay = 'app/staging/gameplay';

describe('fan-out-change', () => {
  it('puts every step of a deployment as it is logged', async () => {
    const about = world();
    const { tell, counts } = teller(about);
    await deploy(about, 'staging');
    await tell(notification('staging'));
    expect(about.events).toEqual([
      {
        specversion: '1.0',
        id: 'app/staging/gameplay#1.0',
        source: '/veltrix/app/staging',
        type: 'dev.veltrix.deployment.started',
        subject: gameplay,
        time: '2026-01-01T00:00:02.000Z',
        datacontenttype: 'application/json',
        partitionkey: gameplay,
        data: {
          application: 'app',
          environment: 'staging',
          profile: 'gameplay',
          version: 1,
          label: 'v1-00000000',
          deployment: 1,
          ordinal: 0,
          triggeredBy: 'USER',
          description: 'Deployment started',
          author: 'anna',
          reason: 'why',
        },
      },
    ]);
    about.appConfig.finish('staging');
    await tell(notification('staging'));
    expect(about.events.map((event) => event.type)).toEqual([
      'dev.veltrix.deployment.started',
      'dev.veltrix.deployment.progressed',
      'dev.veltrix.deployment.baking',
      'dev.veltrix.deployment.completed',
    ]);
    expect(counts()).toEqual({ ChangesPut: 4 });
  });

  it('puts nothing twice, however often it is told', async () => {
    const about = world();
    const { tell } = teller(about);
    await deploy(about, 'staging');
    for (let time = 0; time < 3; time++) await tell(notification('staging'));
    expect(about.events).toHaveLength(1);
  });

  it('looks only where a notification says', async () => {
    const about = world();
    await deploy(about, 'staging');
    await deploy(about, 'production');
    await teller(about).tell(notification('production'));
    expect(about.events.map((event) => event.subject)).toEqual(['app/production/gameplay']);
  });

  it('looks everywhere when the schedule wakes it, so that a lost notification loses nothing', async () => {
    const about = world();
    await deploy(about, 'staging');
    about.appConfig.finish('staging');
    await deploy(about, 'staging', 'limits');
    await deploy(about, 'production');
    await teller(about).tell(schedule);
    expect(of(about.events, gameplay)).toEqual(logged(about, 'staging', 'gameplay'));
    expect(of(about.events, 'app/staging/limits')).toEqual(['app/staging/limits#2.0']);
    expect(of(about.events, 'app/production/gameplay')).toEqual(['app/production/gameplay#1.0']);
  });

  it('tells of a rollback and of a revert, which no notification may tell of', async () => {
    const about = world();
    const { tell } = teller(about);
    await deploy(about, 'staging');
    about.appConfig.finish('staging');
    await tell(schedule);
    about.appConfig.revert('staging', 'gameplay');
    await deploy(about, 'staging');
    about.appConfig.rollBack('staging');
    await tell(schedule);
    expect(about.events.map(({ type, data }) => `${data.deployment} ${type.split('.').at(-1)}`)).toEqual([
      '1 started',
      '1 progressed',
      '1 baking',
      '1 completed',
      '1 reverted',
      '2 started',
      '2 rolling-back',
      '2 rolled-back',
    ]);
  });

  it('tells of a revert two days later', async () => {
    const about = world();
    const { tell } = teller(about);
    await deploy(about, 'staging');
    about.appConfig.finish('staging');
    await tell(schedule);
    about.appConfig.nowMs += 48 * 60 * 60 * 1000;
    await tell(schedule);
    about.appConfig.revert('staging', 'gameplay');
    await tell(schedule);
    expect(about.events.at(-1)?.type).toBe('dev.veltrix.deployment.reverted');
  });
});

describe('fan-out-change, where something fails', () => {
  it('never moves the cursor past an event that was not put, and puts it at the next hint', async () => {
    const about = world();
    await deploy(about, 'staging');
    about.appConfig.finish('staging');
    let puts = 0;
    const failing = teller(about, {
      stream: (stream) => ({
        put: async (event) => {
          puts += 1;
          if (puts === 3) throw new Error('throttled');
          await stream.put(event);
        },
      }),
    });
    await expect(failing.tell(schedule)).rejects.toThrow('not every change could be told');
    expect(about.events).toHaveLength(2);
    expect((await about.cursors.read(gameplay)).cursor.emitted).toEqual({ '1': 2 });
    await failing.tell(schedule);
    expect(of(about.events, gameplay)).toEqual(logged(about, 'staging', 'gameplay'));
  });

  it('puts an event again when it died before the cursor was moved', async () => {
    const about = world();
    await deploy(about, 'staging');
    const dying = teller(about, {
      cursors: (cursors) => ({
        ...cursors,
        write: async () => {
          throw new Error('died');
        },
      }),
    });
    await expect(dying.tell(schedule)).rejects.toThrow();
    await teller(about).tell(schedule);
    expect(about.events.map((event) => event.id)).toEqual([`${gameplay}#1.0`, `${gameplay}#1.0`]);
    expect(seen(about.events)).toHaveLength(1);
  });

  it('tells the other places and profiles all the same, and counts the failure', async () => {
    const about = world();
    await deploy(about, 'staging');
    await deploy(about, 'production');
    const { tell, counts, lines } = teller(about, {
      stream: (stream) => ({
        put: async (event) => {
          if (event.subject === gameplay) throw new Error('throttled');
          await stream.put(event);
        },
      }),
    });
    await expect(tell(schedule)).rejects.toThrow(AggregateError);
    expect(about.events.map((event) => event.subject)).toEqual(['app/production/gameplay']);
    expect(counts()).toEqual({ ChangesPut: 1, FanOutsFailed: 1 });
    expect(lines()).toContain('error could not tell Error: throttled {"place":"app/staging"}');
  });

  it('goes on from where another run left the cursor', async () => {
    const about = world();
    await deploy(about, 'staging');
    about.appConfig.finish('staging');
    let interfered = false;
    const { tell, counts } = teller(about, {
      cursors: (cursors) => ({
        ...cursors,
        write: async (cursor, over) => {
          if (!interfered && cursor.address === gameplay) {
            interfered = true;
            await teller(about).tell(schedule);
          }
          return cursors.write(cursor, over);
        },
      }),
    });
    await tell(schedule);
    expect(of(seen(about.events), gameplay)).toEqual(logged(about, 'staging', 'gameplay'));
    expect(counts()).toEqual({ ChangesPut: 1, ChangeCursorsLost: 1 });
  });
});

describe('fan-out-change, reading', () => {
  /** Counts what is read of logs. */
  function counting(about: World) {
    const read = { logs: 0, listed: 0 };
    const told = teller(about, {
      store: (store) => ({
        ...store,
        async *deployments() {
          for await (const item of store.deployments()) {
            read.listed += 1;
            yield item;
          }
        },
        deployment: (number) => {
          read.logs += 1;
          return store.deployment(number);
        },
      }),
    });
    return { ...told, read };
  }

  it('reads a log that has ended once, and again when its state changes', async () => {
    const about = world();
    const { tell, read } = counting(about);
    await deploy(about, 'staging');
    about.appConfig.finish('staging');
    for (let time = 0; time < 3; time++) await tell(schedule);
    expect(read.logs).toBe(1);
    about.appConfig.revert('staging', 'gameplay');
    for (let time = 0; time < 3; time++) await tell(schedule);
    expect(read.logs).toBe(2);
  });

  it('forgets deployments that nothing can be added to, also those of profiles that seldom change', async () => {
    const about = world();
    await deploy(about, 'staging', 'limits');
    about.appConfig.finish('staging');
    for (let time = 0; time < 5; time++) {
      await deploy(about, 'staging');
      about.appConfig.finish('staging');
    }
    await teller(about).tell(schedule);
    about.appConfig.nowMs += 72 * 60 * 60 * 1000;
    await teller(about).tell(schedule);
    expect((await about.cursors.read(gameplay)).cursor).toMatchObject({ settledThrough: 6, emitted: {} });
    expect((await about.cursors.read('app/staging/limits')).cursor).toMatchObject({ settledThrough: 6 });
    const { tell, read } = counting(about);
    await tell(schedule);
    expect(read).toEqual({ logs: 0, listed: 1 });
  });

  it('tells a long past in pieces, oldest first', async () => {
    const about = world();
    for (let time = 0; time < 501; time++) {
      await deploy(about, 'staging');
      about.appConfig.finish('staging');
    }
    const { tell, read } = counting(about);
    await tell(schedule);
    expect(read.logs).toBe(500);
    expect(about.events.at(-1)?.data.deployment).toBe(500);
    await tell(schedule);
    expect(read.logs).toBe(501);
    expect(of(about.events, gameplay)).toEqual(logged(about, 'staging', 'gameplay'));
  });

  it('keeps the order when a rollback and a revert happen between two reads', async () => {
    const about = world();
    await deploy(about, 'staging');
    about.appConfig.finish('staging');
    await deploy(about, 'staging');
    let happened = false;
    const { tell } = teller(about, {
      store: (store) => ({
        ...store,
        deployment: async (number) => {
          const deployment = await store.deployment(number);
          if (!happened) {
            happened = true;
            about.appConfig.rollBack('staging');
            about.appConfig.revert('staging', 'gameplay');
          }
          return deployment;
        },
      }),
    });
    await tell(schedule);
    await tell(schedule);
    expect(of(about.events, gameplay)).toEqual(logged(about, 'staging', 'gameplay'));
  });

  it('does not believe a state that is ahead of its log', async () => {
    const about = world();
    await deploy(about, 'staging');
    about.appConfig.rollBack('staging');
    const late = teller(about, {
      store: (store) => ({
        ...store,
        deployment: async (number) => {
          const deployment = await store.deployment(number);
          return { ...deployment, log: deployment.log.slice(0, 1) };
        },
      }),
    });
    await late.tell(schedule);
    expect((await about.cursors.read(gameplay)).cursor.settledThrough).toBe(0);
    await teller(about).tell(schedule);
    expect(of(about.events, gameplay)).toEqual(logged(about, 'staging', 'gameplay'));
  });
});
