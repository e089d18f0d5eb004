/** What a fleet costs, with the arithmetic: each term as so many a month times its price. */

import type { Cost, Input, Source } from '../../control/see/cost.js';
import { prices as listPrices } from '../../core/cost/prices.js';
import { type CostService, costServices, monthHours } from '../../core/cost/terms.js';
import { byWord, compact, factLines, table, wrap } from './layout.js';
import { type Paint, padTo } from './paint.js';

interface Look {
  readonly columns: number;
  readonly paint: Paint;
}

export function describeCost(answer: Cost, look: Look): readonly string[] {
  const { target, cluster, blind } = answer;
  const { paint, columns } = look;
  const unread = blind.flatMap((note) => factLines([[paint.warn('!'), byWord(paint.warn, note)]], columns));
  return [
    ...(target === undefined ? [] : [paint.dim(target), '']),
    ...(cluster === undefined ? [] : [paint.strong(cluster)]),
    ...inputs(answer, look),
    '',
    ...bill(answer, look),
    '',
    ...notes(answer, look),
    ...(unread.length === 0 ? [] : ['', ...unread]),
  ];
}

const inputWords: Readonly<Record<Input['name'], string>> = {
  nodes: 'nodes',
  profiles: 'profiles each',
  pollIntervalMs: 'between two polls of a profile',
  reportIntervalMs: 'between two reports',
  changesPerDay: 'versions of each profile a day',
  partitions: 'partitions of shared-out work',
};

const sourceWords: Readonly<Record<Source, string>> = {
  given: 'as you say',
  measured: 'as it is',
  assumed: 'assumed',
};

function inputs({ inputs: all }: Cost, { paint }: Look): string[] {
  return table(
    all.map((input) => [
      `  ${inputValue(input)}`,
      inputWords[input.name],
      paint.dim(sourceWords[input.source]),
    ]),
  );
}

function inputValue({ name, value }: Input): string {
  if (value === undefined) return 'no';
  if (name === 'pollIntervalMs' || name === 'reportIntervalMs') return `${rounded(value / 1_000)} s`;
  return compact(Number.isInteger(value) ? value : rounded(value));
}

const titles: Readonly<Record<CostService, string>> = {
  appConfig: 'AppConfig',
  kinesis: 'Kinesis',
  dynamoDb: 'DynamoDB',
  lambda: 'Lambda',
  cloudWatch: 'CloudWatch',
};

/** Terms that come to nothing are left out. */
function bill({ bill: sums, terms }: Cost, { paint }: Look): string[] {
  const rows = costServices.flatMap((service) => {
    const own = terms.filter((term) => term.service === service && term.perMonth > 0);
    return own.map(({ of, perMonth, priceUsd, usd }, index) => [
      index === 0 ? titles[service] : '',
      right(dollars(usd)),
      paint.dim(`${compact(rounded(perMonth))} ${of} × ${priceOf(priceUsd)}`),
    ]);
  });
  const total = ['In all', right(dollars(sums.total)), `a month, ${dollars(sums.perNode)} a node`];
  return table([...rows, total.map((cell, index) => (index < 2 ? paint.strong(cell) : cell))]);
}

const amountColumns = 10;
const right = (text: string): string => padTo('', amountColumns - text.length) + text;

function notes({ perVersionUsd, prices, inputs: all }: Cost, { paint, columns }: Look): string[] {
  const nodes = all.find(({ name }) => name === 'nodes')?.value ?? 0;
  const { region, asOf, sources } = prices;
  return [
    `One version more is ${nodes === 1 ? 'one delivery' : `${compact(nodes)} deliveries`}: ${dollars(perVersionUsd)}, once.`,
    `List prices of ${region} as of ${asOf}, without free tiers: look at them before you quote this (${sources[0]}, and its neighbours).`,
    `Not in it: the nodes themselves, data transfer, the stream of changes (${dollars(monthHours * listPrices.kinesis.perShardHour)} a shard), deployments and the functions they call.`,
  ].flatMap((note) => wrap(note, columns).map(paint.dim));
}

/** `$12.34`, `$0.0052`. */
function dollars(usd: number): string {
  if (usd === 0) return '$0';
  return usd >= 0.01
    ? `$${usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
    : `$${usd.toLocaleString('en', { maximumSignificantDigits: 2, maximumFractionDigits: 8 })}`;
}

/** Prices of single calls are told by the million, as AWS's pages do. */
const priceOf = (usd: number): string =>
  usd < 0.0001
    ? `$${rounded(usd * 1e6)} a million`
    : `$${usd.toLocaleString('en', { maximumSignificantDigits: 6 })}`;

const rounded = (number: number): number => Number(number.toPrecision(3));
