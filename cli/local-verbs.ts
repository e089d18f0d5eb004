/** The verbs below `veltrix local` and `veltrix drill`: what is done to the local AWS itself. */

import type { Verb } from './verbs.js';

export const local: readonly Verb[] = [
  {
    name: 'up',
    summary: 'Start the local AWS and serve until Ctrl-C',
    options: [
      ['--port <port>', 'port to listen on; 0 takes any free one (default: 4600)'],
      ['--speed <factor>', "hasten AppConfig's rollouts and bakes (default: 1)"],
      ['--keep <directory>', 'keep state there between runs (default: memory only)'],
    ],
    examples: [
      ['veltrix local up', 'serve on port 4600'],
      ['veltrix local up --speed 60 --keep .veltrix/state', 'a minute of rollout takes a second'],
    ],
    load: async () => (await import('./commands/local-aws/up.js')).localUp,
  },
  {
    name: 'deploy',
    summary: 'Synthesize the stacks and deploy them to the running local AWS',
    options: [['--assembly <directory>', 'deploy a cloud assembly that was synthesized already']],
    examples: [
      ['veltrix local deploy', 'what `cdk deploy --all` would do in AWS'],
      ['veltrix local deploy --assembly cdk.out', 'without synthesizing again'],
    ],
    load: async () => (await import('./commands/local-aws/deploy.js')).localDeploy,
  },
  {
    name: 'down',
    summary: 'Stop the running local AWS',
    examples: [['veltrix local down', 'what Ctrl-C does in its own terminal']],
    load: async () => (await import('./commands/local-aws/down.js')).localDown,
  },
];

const forOption = ['--for <duration>', 'ends by itself after so long: 90s, 15m (default: 10m)'] as const;

export const drill: readonly Verb[] = [
  {
    name: 'outage',
    summary: 'Make one service of the local AWS sick',
    arguments: [['<service>', 'appconfig, kinesis or dynamodb']],
    options: [forOption, ['--how <how>', 'fail, throttle, delay or drop (default: fail)']],
    examples: [
      ['veltrix drill outage dynamodb --for 5m', 'its own error to every call'],
      ['veltrix drill outage kinesis --how drop', 'connections end without an answer'],
    ],
    load: async () => (await import('./commands/local-aws/drill.js')).drillOutage,
  },
  {
    name: 'offline',
    summary: 'Cut this machine off the local AWS; its functions work on',
    options: [forOption],
    examples: [['veltrix drill offline --for 5m', 'nodes and commands reach nothing']],
    load: async () => (await import('./commands/local-aws/drill.js')).drillOffline,
  },
  {
    name: 'end',
    summary: 'End every drill',
    examples: [['veltrix drill end', 'and see the fleet come back: veltrix status --watch']],
    load: async () => (await import('./commands/local-aws/drill.js')).drillEnd,
  },
];
