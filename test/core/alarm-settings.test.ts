import { describe, expect, it } from 'vitest';
import { alarmSettingsSchema } from '../../core/alarm-settings.js';

describe('settings of alarms', () => {
  it('have defaults, and keep what is written', () => {
    expect(alarmSettingsSchema.parse({})).toEqual({
      reportsLateSeconds: 60,
      changesLateSeconds: 300,
      silentNodes: 1,
      overCapacityMinutes: 3,
      deadLetters: 1,
    });
    expect(alarmSettingsSchema.parse({ silentNodes: 5 })).toMatchObject({ silentNodes: 5, deadLetters: 1 });
    expect(alarmSettingsSchema.parse({ reportsMissingMinutes: 3 })).toMatchObject({
      reportsMissingMinutes: 3,
    });
  });

  it.each([
    { silentNodes: 0 },
    { deadLetters: 0.5 },
    { reportsLateSeconds: 1 },
    { changesLateSeconds: 100_000 },
    { overCapacityMinutes: 61 },
    { reportsMissingMinutes: 2 },
    { reportsMissingMinutes: 61 },
    { nodesSilent: 1 },
  ])('refuse %j', (settings) => {
    expect(alarmSettingsSchema.safeParse(settings).success).toBe(false);
  });
});
