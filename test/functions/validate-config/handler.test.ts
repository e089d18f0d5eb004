import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineProfile } from '../../../core/profiles.js';
import { createHandler } from '../../../functions/validate-config/handler.js';
import { observed } from '../observed.js';

const profile = defineProfile({
  name: 'limits',
  description: 'How much',
  schema: z.object({ queueSize: z.int().max(100), names: z.array(z.string()).default([]) }),
  schemaVersion: 1,
});

function validator() {
  const told = observed();
  return { ...told, validate: createHandler({ profile, log: told.log }) };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const event = (content: string) => ({
  applicationId: '339ohji',
  configurationProfileId: 'ur8hx2f',
  configurationVersion: '3',
  content: base64(content),
  uri: 'hosted',
});

describe('validate-config', () => {
  it('lets valid content pass', async () => {
    await expect(validator().validate(event('{"queueSize":10}'))).resolves.toBeUndefined();
  });

  it('reads the event in Pascal case too', async () => {
    const pascal = (content: string) => ({ Content: base64(content), ConfigurationVersion: '3' });
    await expect(validator().validate(pascal('{"queueSize":10}'))).resolves.toBeUndefined();
    await expect(validator().validate(pascal('{}'))).rejects.toThrow('queueSize is missing');
  });

  it.each([
    {
      content: '{"queueSize":101}',
      message: 'Refused by Veltrix: limits is not valid:\n- queueSize is 101, expected at most 100',
    },
    {
      content: '{"queueSize":"10","names":[1],"typo":1}',
      message:
        'Refused by Veltrix: limits is not valid:\n- queueSize is "10", expected a number\n- names[0] is 1, expected text\n- typo is unknown: the schema has no such key',
    },
    {
      content: '[]',
      message: 'Refused by Veltrix: limits is not valid:\n- is an empty list, expected a map',
    },
  ])('refuses $content, naming each place and what is expected there', async ({ content, message }) => {
    await expect(validator().validate(event(content))).rejects.toThrow(new Error(message));
  });

  it('refuses what is no JSON', async () => {
    await expect(validator().validate(event('queueSize: 10'))).rejects.toThrow('is not JSON');
  });

  it('refuses what is no text', async () => {
    const bytes = { ...event(''), content: Buffer.from([0xff, 0xfe, 0x00]).toString('base64') };
    await expect(validator().validate(bytes)).rejects.toThrow('is not UTF-8 text');
  });

  it('keeps its message short, and says how much it leaves out', async () => {
    const content = JSON.stringify({ queueSize: 1, names: Array.from({ length: 500 }, (_, index) => index) });
    const error: unknown = await validator()
      .validate(event(content))
      .catch((thrown: unknown) => thrown);
    const { message } = error as Error;
    expect(message.length).toBeLessThanOrEqual(1000);
    const listed = message.match(/^- names/gm)?.length ?? 0;
    expect(listed).toBeGreaterThan(20);
    expect(message.split('\n').at(-1)).toBe(`(and ${500 - listed} more)`);
  });

  it('refuses, too, what a single long problem makes too long', async () => {
    const content = JSON.stringify({ queueSize: 1, ['k'.repeat(2000)]: 1 });
    await expect(validator().validate(event(content))).rejects.toThrow(
      'Refused by Veltrix: limits is not valid:\n(and 1 more)',
    );
  });

  it('refuses an event that is none of AppConfig’s', async () => {
    await expect(validator().validate({ hello: 'world' })).rejects.toThrow();
  });

  it('logs neither content nor what is wrong with it', async () => {
    const { validate, lines } = validator();
    await validate(event('{"queueSize":1,"names":["hush-hush"]}'));
    await validate(event('{"queueSize":"hush-hush"}')).catch(() => undefined);
    expect(lines()).toContain('warn refused {"profile":"limits","version":"3","bytes":25,"problems":1}');
    expect(lines()).not.toContain('hush-hush');
  });
});
