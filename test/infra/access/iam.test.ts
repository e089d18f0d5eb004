import { describe, expect, it } from 'vitest';
import { type AccessRequest, isAllowed, type Statement } from './iam.js';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/nodes';
const allow: Statement = { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: table };
const request: AccessRequest = { action: 'dynamodb:GetItem', resources: [table] };

const decide = (statements: readonly Partial<Statement>[], asked: Partial<AccessRequest> = {}) =>
  isAllowed([{ Statement: statements.map((each) => ({ ...allow, ...each })) }], { ...request, ...asked });

describe('a decision', () => {
  it('is no where nothing says yes', () => {
    expect(decide([])).toBe(false);
    expect(decide([{ Action: 'dynamodb:PutItem' }])).toBe(false);
    expect(decide([{ Resource: `${table}s` }])).toBe(false);
  });

  it('is yes where one statement says yes, and no where one says no', () => {
    expect(decide([{ Action: ['a:B', 'DynamoDB:getItem'] }])).toBe(true);
    expect(decide([{}, { Effect: 'Deny', Action: 'dynamodb:*' }])).toBe(false);
  });

  it('needs every resource allowed, by one statement or by several', () => {
    const resources = [table, `${table}/index/x`];
    expect(decide([{}], { resources })).toBe(false);
    expect(decide([{}, { Resource: `${table}/*` }], { resources })).toBe(true);
  });

  it.each([
    ['arn:aws:dynamodb:*:*:table/*', true],
    ['arn:aws:dynamodb:us-east-?:000000000000:table/nodes', true],
    ['arn:aws:dynamodb:us-east-1:000000000000:table', false],
    ['arn:aws:dynamodb:us-east-1:000000000000:table.nodes', false],
  ])('reads wildcards, and nothing else as one: %s', (Resource, expected) => {
    expect(decide([{ Resource }])).toBe(expected);
  });
});

describe('a condition', () => {
  const key = 'dynamodb:LeadingKeys';
  const under = (operator: string, keys: readonly string[] | undefined) =>
    decide([{ Condition: { [operator]: { [key]: ['a', 'b#*'] } } }], keys && { context: { [key]: keys } });

  it.each([
    ['StringEquals', ['a'], true],
    ['StringEquals', ['b#1'], false],
    ['StringEquals', undefined, false],
    ['StringEqualsIfExists', undefined, true],
    ['StringEqualsIfExists', ['c'], false],
    ['StringLike', ['b#1'], true],
    ['StringLike', ['b'], false],
    ['ForAllValues:StringLike', ['a', 'b#1'], true],
    ['ForAllValues:StringLike', ['a', 'c'], false],
    ['ForAllValues:StringLike', undefined, true],
    ['ForAnyValue:StringLike', ['a', 'c'], true],
    ['ForAnyValue:StringLike', ['c'], false],
    ['ForAnyValue:StringLike', undefined, false],
  ] as const)('%s of %j is %s', (operator, keys, expected) => {
    expect(under(operator, keys)).toBe(expected);
  });

  it('must hold with all others', () => {
    const Condition = { StringEquals: { one: 'x' }, Bool: { two: 'false' } };
    expect(decide([{ Condition }], { context: { one: ['x'], two: ['False'] } })).toBe(true);
    expect(decide([{ Condition }], { context: { one: ['x'], two: ['true'] } })).toBe(false);
  });
});

it('what is not understood is an error', () => {
  expect(() => decide([{ Condition: { NumericLessThan: { a: '1' } } }])).toThrow('NumericLessThan');
  expect(() => decide([{ NotResource: 'x' } as Partial<Statement>])).toThrow('NotResource');
});
