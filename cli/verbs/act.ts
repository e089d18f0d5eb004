/** What changes something, or says what would change. */

import { type Verb, whyOption } from './verb.js';

const queue: readonly Verb[] = [
  {
    name: 'release',
    summary: 'Let what is held go on when its turn comes',
    arguments: [['<address>', 'application/environment/profile']],
    options: [whyOption],
    examples: [
      [
        'veltrix queue release treasure-hunt/production/limits -m "the cause was another"',
        'after a rollback',
      ],
    ],
    load: async () => (await import('../commands/act/queue.js')).queueRelease,
  },
  {
    name: 'drop',
    summary: 'Take what waits out of the queue',
    arguments: [['<address>', 'application/environment/profile']],
    options: [whyOption],
    examples: [['veltrix queue drop treasure-hunt/production/limits -m "no longer needed"', 'for good']],
    load: async () => (await import('../commands/act/queue.js')).queueDrop,
  },
];

export const actingVerbs: readonly Verb[] = [
  {
    name: 'check',
    summary: 'Hold every file against its schema, without AWS',
    arguments: [['[application]', 'only this application']],
    options: [['--deployed', 'also hold names against what is deployed: before the stacks are']],
    examples: [
      ['veltrix check', 'all applications'],
      ['veltrix check treasure-hunt --json', 'one, for a script'],
    ],
    load: async () => (await import('../commands/act/check.js')).check,
  },
  {
    name: 'plan',
    summary: 'What a publish would change, for whom, and at what price',
    arguments: [['<address>', 'application/environment, or one profile of it']],
    options: [
      ['--strategy <name>', 'plan for this rollout strategy'],
      ['--save <file>', 'also as JSON, for publish --planned'],
    ],
    examples: [
      ['veltrix plan treasure-hunt/staging', 'every profile of staging'],
      ['veltrix plan treasure-hunt/staging/gameplay', 'one profile'],
    ],
    load: async () => (await import('../commands/act/plan.js')).plan,
  },
  {
    name: 'publish',
    summary: 'Publish the file of one profile to one environment',
    arguments: [['<address>', 'application/environment/profile']],
    options: [
      ['-m, --message <why>', 'why, in one sentence; kept with the version'],
      ['--strategy <name>', 'immediate, linear-50, linear-20 or canary-10 (default: as the stage says)'],
      ['--expect <version>', 'only if exactly this version is deployed (0: none)'],
      ['--queue', 'wait for its turn where the environment is busy'],
      ['--after <environment>', 'only if application/environment runs its own file, and is well'],
      ['--force', 'also what was rolled back within the hour; -m says why'],
      ['--wait', 'until every live node holds it'],
      ['--complete', 'until every live node holds it and the bake is over'],
      ['--planned <file>', 'all of application/environment, as `plan --save` wrote it, and nothing else'],
      ['--timeout <duration>', 'how long to wait: 90s, 15m (default: 45m)'],
    ],
    examples: [
      ['veltrix publish treasure-hunt/staging/gameplay -m "shorter cool-down"', 'under the default strategy'],
      ['veltrix publish treasure-hunt/staging/limits -m "more room" --wait', 'and see it arrive'],
      [
        'veltrix publish treasure-hunt/production/limits -m "room" --after treasure-hunt/staging',
        'once staging has shown that it does no harm',
      ],
      [
        'veltrix publish treasure-hunt/production/limits -m "stop the queue" --strategy immediate --yes',
        'at once, without being asked',
      ],
    ],
    load: async () => (await import('../commands/act/publish.js')).publish,
  },
  {
    name: 'rollback',
    summary: 'Undo what is on its way or deployed, and see it undone',
    arguments: [['<address>', 'application/environment/profile']],
    options: [
      ['--to <version>', 'back to this one (default: the one before)'],
      whyOption,
      ['--stop-other', "stop another profile's rollout that is in the way; rolls it back"],
      ['--no-wait', 'do not wait until the nodes prove it'],
      ['--timeout <duration>', 'how long to wait: 90s, 5m (default: 10m)'],
    ],
    examples: [
      ['veltrix rollback treasure-hunt/production/limits', 'shows what comes back, then asks'],
      ['veltrix rollback treasure-hunt/production/limits -m "errors doubled" --yes', 'in a script'],
      ['veltrix rollback treasure-hunt/production/limits --to 12', 'further back'],
    ],
    load: async () => (await import('../commands/act/rollback.js')).rollback,
  },
  {
    name: 'queue',
    summary: 'What waits for its turn in an environment, and why something is held',
    arguments: [['<address>', 'application/environment']],
    examples: [
      ['veltrix queue treasure-hunt/production', 'in the order of the turns'],
      ['veltrix queue drop treasure-hunt/production/limits -m "no longer needed"', 'take one out'],
    ],
    load: async () => (await import('../commands/act/queue.js')).queue,
    verbs: queue,
  },
  {
    name: 'drain',
    summary: 'Keep work away from a node for a time; without one, say which are drained',
    arguments: [
      ['<address>', 'application/environment'],
      ['[node]', 'the node, as load and nodes name it'],
    ],
    options: [
      ['--for <duration>', 'over by itself then: 1m to 1d (default: 30m)'],
      whyOption,
      ['--force', 'also where the others have no room for its work'],
      ['--no-wait', 'do not wait until others have taken its partitions'],
      ['--timeout <duration>', 'how long to wait: 30s, 2m (default: 1m)'],
    ],
    examples: [
      ['veltrix drain treasure-hunt/production node-7 --for 30m -m "melting"', 'work goes elsewhere'],
      ['veltrix drain treasure-hunt/production', 'which are drained, and were lately'],
    ],
    load: async () => (await import('../commands/act/drain.js')).drain,
  },
  {
    name: 'undrain',
    summary: 'Let a drained node have work again',
    arguments: [
      ['<address>', 'application/environment'],
      ['<node>', 'the node'],
    ],
    options: [whyOption],
    examples: [['veltrix undrain treasure-hunt/production node-7 -m "new disk"', 'before its time']],
    load: async () => (await import('../commands/act/drain.js')).undrain,
  },
  {
    name: 'retire',
    summary: 'End a profile that nobody uses any more, or delete old versions of one',
    arguments: [['<profile>', 'application/profile: in all its environments']],
    options: [
      whyOption,
      ['--versions', 'only versions that nobody needs any more; the profile stays'],
      ['--keep <count>', 'with --versions: so many of the newest stay in any case (default: 100)'],
    ],
    examples: [
      ['veltrix retire treasure-hunt/limits -m "merged into gameplay"', 'shows what goes, then asks'],
      ['veltrix retire treasure-hunt/gameplay --versions --keep 50', 'make room in the hosted store'],
    ],
    load: async () => (await import('../commands/act/retire.js')).retire,
  },
];
