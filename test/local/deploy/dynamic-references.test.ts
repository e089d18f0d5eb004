import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveReferences } from '../../../local/deploy/template/dynamic-references.js';
import { type DeployWorld, startDeployWorld } from './world.js';

let world: DeployWorld;
beforeAll(async () => {
  world = await startDeployWorld();
});
afterAll(() => world.close());

const parameter = (Value: string) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Name: '/shop/id', Type: 'String', Value },
});
const queue = (QueueName: unknown) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName } });
const named = { 'Fn::Join': ['', ['orders-', '{{resolve:ssm:/shop/id}}']] };

const deploy = (name: string, Resources: object) =>
  world.deploy({ [name]: { template: { Resources, Outputs: { Url: { Value: { Ref: 'Queue' } } } } } });

describe('a dynamic reference', () => {
  it('is the value of a parameter that another stack made', async () => {
    await deploy('Ids', { Id: parameter('abc'), Queue: queue('ids') });
    const { stacks } = await deploy('Shop', { Queue: queue(named) });
    expect(stacks[0]?.outputs['Url']).toMatch(/\/orders-abc$/);
  });

  it('is found in the stack that makes it, too', async () => {
    const own = { ...parameter('own'), Properties: { ...parameter('own').Properties, Name: '/own/id' } };
    const Queue = { ...queue('own-{{resolve:ssm:/own/id}}'), DependsOn: ['Id'] };
    const { stacks } = await deploy('Own', { Id: own, Queue });
    expect(stacks[0]?.outputs['Url']).toMatch(/\/own-own$/);
  });

  it('is looked up anew when its stack is deployed anew', async () => {
    await deploy('Ids', { Id: parameter('xyz'), Queue: queue('ids') });
    const { stacks } = await deploy('Second', { Queue: queue(named) });
    expect(stacks[0]?.outputs['Url']).toMatch(/\/orders-xyz$/);
  });

  it('fails its resource where there is no such parameter', async () => {
    const failing = deploy('Lost', { Queue: queue('{{resolve:ssm:/shop/none}}') });
    await expect(failing).rejects.toThrow("there is no parameter '/shop/none'");
  });
});

describe('the references in a value', () => {
  const find = (name: string) => ({ '/a': '1', '/b': '2' })[name];

  it('are replaced wherever they stand, several in one text too', () => {
    const value = {
      list: ['{{resolve:ssm:/a}}', 7, null],
      text: 'x{{resolve:ssm:/a}}-{{resolve:ssm:/b}}',
      on: true,
    };
    expect(resolveReferences(value, find)).toEqual({ list: ['1', 7, null], text: 'x1-2', on: true });
  });

  it.each(['{{resolve:ssm:/a:3}}', '{{resolve:secretsmanager:/a}}', '{{resolve:ssm-secure:/a}}'])(
    'are refused where they are of another kind: %s',
    (text) => {
      expect(() => resolveReferences(text, find)).toThrow('only the latest value of a parameter');
    },
  );
});
