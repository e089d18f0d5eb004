/** What every ChangeStream must do. */

import { expect, it } from 'vitest';
import type { ChangeEvent } from '../../../core/delivery/change-events.js';
import type { ChangeStream } from '../../../core/delivery/change-stream.js';

export interface ChangeStreamWorld {
  readonly stream: ChangeStream;
  /** What stands on the stream, oldest first. */
  read(): Promise<readonly { readonly partitionKey: string; readonly event: unknown }[]>;
}

export function changeEvent(ordinal: number): ChangeEvent {
  const subject = 'app/staging/gameplay';
  return {
    specversion: '1.0',
    id: `${subject}#7.${ordinal}`,
    source: '/veltrix/app/staging',
    type: 'dev.veltrix.deployment.progressed',
    subject,
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    partitionkey: subject,
    data: {
      application: 'app',
      environment: 'staging',
      profile: 'gameplay',
      version: 3,
      label: 'v3-1f2e3d4c',
      deployment: 7,
      ordinal,
      percentage: 50,
      triggeredBy: 'APPCONFIG',
      description: 'Configuration available to 50.00% of clients',
      author: 'anna',
      reason: 'größer ☂',
    },
  };
}

export function changeStreamContract(make: () => Promise<ChangeStreamWorld>): void {
  it('holds each event as CloudEvents JSON under its subject, in the order in which they were put', async () => {
    const { stream, read } = await make();
    for (const ordinal of [0, 1, 2]) await stream.put(changeEvent(ordinal));
    expect(await read()).toEqual(
      [0, 1, 2].map((ordinal) => ({ partitionKey: 'app/staging/gameplay', event: changeEvent(ordinal) })),
    );
  });
}
