/** Whether what the stage runs on is there and works: functions, the way of reports, dead letters. */

import { deadLettersQueue, loadStream, recordLoadFunction } from '../../../../core/names.js';
import type { EventSource } from '../../../../core/upkeep.js';
import type { FunctionFacts, StageFacts } from '../facts.js';
import { counted, type Found } from '../finding.js';

export function functionsFound({ functions, deploy }: StageFacts): readonly Found[] {
  return functions.flatMap((each) => functionFound(each, deploy) ?? []);
}

function functionFound({ name, serves, found }: FunctionFacts, deploy: string): Found | undefined {
  const where = `function ${name}`;
  if (found === 'absent')
    return {
      level: 'bad',
      where,
      what: 'is not there',
      why: `Without it, ${serves}.`,
      next: deploy,
    };
  if (found?.failure === undefined) return undefined;
  return {
    level: 'bad',
    where,
    what: 'does not work as it was deployed last',
    why: `${found.failure} Without it, ${serves}.`,
    next: `aws lambda get-function-configuration --function-name ${name}`,
  };
}

/** Kinesis → record-load: without it every node looks silent. */
export function reportsFound(facts: StageFacts): readonly Found[] {
  return [...sourceFound(facts), ...streamFound(facts), ...lettersFound(facts)];
}

function sourceFound({ reportSources, functions, stage, deploy }: StageFacts): readonly Found[] {
  const reader = functions.find(({ name }) => name === recordLoadFunction(stage));
  // A function that is not there has no source either, and that is told.
  if (reportSources === undefined || typeof reader?.found !== 'object') return [];
  const { name } = reader;
  const where = 'reports of nodes';
  const lost = 'Reports arrive at the stream and nobody records them: every node looks silent.';
  if (reportSources.length === 0)
    return [{ level: 'bad', where, what: `are not handed to ${name}`, why: lost, next: deploy }];
  return reportSources.flatMap((source) => problemOf(source, { where, lost, name }));
}

function problemOf(
  { isEnabled, lastResult = '' }: EventSource,
  about: { readonly where: string; readonly lost: string; readonly name: string },
): Found[] {
  const { where, lost, name } = about;
  if (!isEnabled)
    return [
      {
        level: 'bad',
        where,
        what: 'are not read: the event source is switched off',
        why: lost,
        next: `aws lambda list-event-source-mappings --function-name ${name}, then update-event-source-mapping --enabled`,
      },
    ];
  if (!lastResult.startsWith('PROBLEM')) return [];
  return [
    {
      level: 'bad',
      where,
      what: `are not recorded: ${lastResult}`,
      why: 'Batches are tried again until they are too old: nodes look silent meanwhile.',
      next: `aws logs tail /aws/lambda/${name} --since 10m`,
    },
  ];
}

const streamFound = ({ loadShards, stage, deploy }: StageFacts): readonly Found[] =>
  loadShards !== 'absent'
    ? []
    : [
        {
          level: 'bad',
          where: `stream ${loadStream(stage)}`,
          what: 'is not there',
          why: 'Nodes cannot report.',
          next: deploy,
        },
      ];

function lettersFound({ deadLetters, stage, deploy }: StageFacts): readonly Found[] {
  if (deadLetters === undefined || deadLetters === 0) return [];
  const where = 'dead letters';
  if (deadLetters === 'absent')
    return [
      {
        level: 'bad',
        where,
        what: 'have no queue',
        why: 'What cannot be handled is lost, and holds up what comes after it.',
        next: deploy,
      },
    ];
  return [
    {
      level: 'warn',
      where,
      what: `hold ${counted(deadLetters, 'message')}`,
      why: 'Something could not be handled and was set aside, with its reason.',
      next: `aws sqs receive-message --queue-url "$(aws sqs get-queue-url --queue-name ${deadLettersQueue(stage)} --query QueueUrl --output text)"`,
    },
  ];
}
