/** Whether anybody looks on: the guard at rollouts, people at alarms. */

import type { Stage } from '../../../../core/stages.js';
import type { Examined } from '../facts.js';
import type { Found } from '../finding.js';

const unwatched =
  'Nothing compares the nodes that have a new version with the others: one that hurts reaches all.';

/** As the stage's files mean it, and as AppConfig has it. */
export function guardFound({ address, project, isGuarded }: Examined): readonly Found[] {
  const meant = project?.environment?.guarded;
  if (meant === false)
    return [
      {
        level: 'warn',
        where: address,
        what: 'is not guarded: infra/stages.ts says `guarded: false`',
        why: unwatched,
        next: 'take the line out when the guard is well again (veltrix doctor), and deploy',
      },
    ];
  if (isGuarded !== false) return [];
  return [
    {
      level: meant ? 'bad' : 'warn',
      where: address,
      what: `is not guarded${meant ? ', and infra/stages.ts means it to be' : ''}: the guard’s extension is not attached to it`,
      why: unwatched,
      // What is in the template already CloudFormation takes for done.
      next: 'deploy it with `guarded: false` in infra/stages.ts, then once more without: CloudFormation does not see what was taken away by hand',
    },
  ];
}

/** Of a stage that is in an account of its own: one that goes wherever credentials point is a first try. */
export function alarmsFound(stage: Stage | undefined): readonly Found[] {
  if (stage?.account === undefined || stage.alarmTopicArn !== undefined) return [];
  return [
    {
      level: 'warn',
      where: `alarms of stage ${stage.name}`,
      what: 'tell nobody: it names no topic',
      why: 'They are seen in the console alone, by whoever looks.',
      next: 'name a topic in infra/stages.ts (alarmTopicArn), and deploy',
    },
  ];
}
