/** The operations stack of one application with two environments, and its alarms. */

import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { defineApplication, defineProfile } from '../../../core/profiles.js';
import type { Stage } from '../../../core/stages.js';
import { OperationsStack } from '../../../infra/stacks/operations-stack.js';
import { scratchApps } from '../assembly.js';
import { stageOf } from '../stages/synthesized.js';

export type Alarm = Record<string, unknown> & {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
};

export const application = defineApplication({
  name: 'app',
  environments: ['staging', 'production'],
  profiles: [defineProfile({ name: 'p', description: 'p', schema: z.object({}), schemaVersion: 1 })],
  routing: {},
});

/** Call it once, in the body of a file. */
export function operated() {
  const scratchApp = scratchApps();
  const assembled = (stage: Stage, applications = [application]) => {
    const app = scratchApp();
    const stack = new OperationsStack(app, 'Operations', { stage, applications });
    return app.synth().getStackByName(stack.stackName);
  };
  const made = new Map<string, ReadonlyMap<string, Alarm>>();
  /** The alarms of a stage, by name; synthesized once. */
  const alarmsOf = (about: object = {}): ReadonlyMap<string, Alarm> => {
    const key = JSON.stringify(about);
    const alarms = made.get(key) ?? synthesized(about);
    made.set(key, alarms);
    return alarms;
  };
  const synthesized = (about: object): ReadonlyMap<string, Alarm> => {
    const template = Template.fromJSON(assembled(stageOf(about)).template);
    const found = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    const alarms = found.map(({ Properties }) => Properties as Alarm);
    return new Map(alarms.map((alarm) => [alarm.AlarmName, alarm]));
  };
  return { assembled, alarmsOf };
}
