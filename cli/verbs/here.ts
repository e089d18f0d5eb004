/** What plays on this machine: `dev`, `demo`, and the verbs of the local AWS itself. */

import type { Verb } from './verb.js';

const local: readonly Verb[] = [
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
    load: async () => (await import('../commands/local-aws/up.js')).localUp,
  },
  {
    name: 'deploy',
    summary: 'Synthesize the stacks and deploy them to the running local AWS',
    options: [['--assembly <directory>', 'deploy a cloud assembly that was synthesized already']],
    examples: [
      ['veltrix local deploy', 'what `cdk deploy --all` would do in AWS'],
      ['veltrix local deploy --assembly cdk.out', 'without synthesizing again'],
    ],
    load: async () => (await import('../commands/local-aws/deploy.js')).localDeploy,
  },
  {
    name: 'down',
    summary: 'Stop the running local AWS',
    examples: [['veltrix local down', 'what Ctrl-C does in its own terminal']],
    load: async () => (await import('../commands/local-aws/down.js')).localDown,
  },
];

const forOption = ['--for <duration>', 'ends by itself after so long: 90s, 15m (default: 10m)'] as const;

const drill: readonly Verb[] = [
  {
    name: 'outage',
    summary: 'Make one service of the local AWS sick',
    arguments: [['<service>', 'appconfig, kinesis or dynamodb']],
    options: [forOption, ['--how <how>', 'fail, throttle, deny, delay or drop (default: fail)']],
    examples: [
      ['veltrix drill outage dynamodb --for 5m', 'its own error to every call'],
      ['veltrix drill outage kinesis --how drop', 'connections end without an answer'],
    ],
    load: async () => (await import('../commands/local-aws/drill.js')).drillOutage,
  },
  {
    name: 'offline',
    summary: 'Cut this machine off the local AWS; its functions work on',
    options: [forOption],
    examples: [['veltrix drill offline --for 5m', 'nodes and commands reach nothing']],
    load: async () => (await import('../commands/local-aws/drill.js')).drillOffline,
  },
  {
    name: 'end',
    summary: 'End every drill',
    examples: [['veltrix drill end', 'and see the fleet come back: veltrix status --watch']],
    load: async () => (await import('../commands/local-aws/drill.js')).drillEnd,
  },
];

export const verbsHere: readonly Verb[] = [
  {
    name: 'init',
    summary:
      'Begin a project: an application, its first profile, the stacks, a workflow; changes no file that is there',
    arguments: [['[directory]', 'where (default: here)']],
    options: [
      ['--application <name>', "the application (default: the folder's name)"],
      ['--profile <name>', 'its first profile (default: limits)'],
      ['--environments <names>', 'in the order in which a change travels (default: staging,production)'],
    ],
    examples: [
      ['veltrix init shop', 'in a new folder'],
      [
        'veltrix init --application shop --environments test,staging,production',
        'in a repository that stands',
      ],
    ],
    load: async () => (await import('../commands/act/init.js')).init,
  },
  {
    name: 'dev',
    summary: 'Local AWS, deployed stacks, first versions and a fleet of nodes, live',
    arguments: [['[address]', 'application/environment (default: the first of each in the project)']],
    options: [
      ['--port <port>', 'port of the local AWS; 0 takes any free one (default: 4600)'],
      ['--speed <factor>', "hasten AppConfig's rollouts and bakes (default: 60)"],
      ['--nodes <count>', 'nodes to start (default: 20)'],
      ['--once', 'change a value, wait until every node holds it, then end'],
    ],
    examples: [
      ['veltrix dev', 'then edit config/treasure-hunt/gameplay.staging.yaml and publish it'],
      ['veltrix dev --once --nodes 5', 'the whole story as a check, in a script'],
    ],
    load: async () => (await import('../commands/dev.js')).dev,
  },
  {
    name: 'demo',
    summary: 'A story that plays by itself on this machine, and fails where it does not hold',
    arguments: [['<name>', 'bad-version: a version that hurts undoes itself']],
    options: [
      ['--nodes <count>', 'sample nodes to start (default: as the demo says)'],
      ['--port <port>', 'port of the local AWS (default: any free one)'],
    ],
    examples: [['veltrix demo bad-version', 'see it rolled back, by what evidence, and refused afterwards']],
    load: async () => (await import('../commands/demo.js')).demo,
  },
  {
    name: 'local',
    summary: 'The local AWS on its own: up, deploy, down',
    examples: [
      ['veltrix local up', 'serve a local AWS'],
      ['veltrix local deploy', 'deploy the stacks to it'],
    ],
    verbs: local,
  },
  {
    name: 'drill',
    summary: 'See what happens when AWS is sick: breaks the local AWS, never a real one',
    examples: [
      ['veltrix drill', 'what is broken on purpose now'],
      ['veltrix drill outage dynamodb --for 5m', 'then: veltrix status --watch'],
    ],
    load: async () => (await import('../commands/local-aws/drill.js')).drill,
    verbs: drill,
  },
];
