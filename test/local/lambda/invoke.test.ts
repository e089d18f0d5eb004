import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  InvokeCommand,
  type InvokeCommandInput,
  ListFunctionsCommand,
  ListTagsCommand,
  PublishVersionCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { role, startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.create('echo', 'export const handler = async (event) => ({ got: event });');
});
afterAll(() => world.close());

const invoke = (input: InvokeCommandInput) => world.client.send(new InvokeCommand(input));
const parse = (payload: Uint8Array | undefined): unknown => JSON.parse(Buffer.from(payload ?? '').toString());

describe('Invoke', () => {
  it('runs a handler and gives its answer, version and log', async () => {
    const output = await invoke({
      FunctionName: 'echo',
      Payload: JSON.stringify({ n: 1 }),
      LogType: 'Tail',
    });
    expect(output).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(output.FunctionError).toBeUndefined();
    expect(parse(output.Payload)).toEqual({ got: { n: 1 } });
    const log = Buffer.from(output.LogResult ?? '', 'base64').toString();
    expect(log).toMatch(/^START RequestId: \S+ Version: \$LATEST\nEND RequestId: \S+\nREPORT RequestId: /);
    expect(log).toMatch(
      /Billed Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: /,
    );
  });

  it.each([
    ['a name', 'echo'],
    ['an ARN', 'arn:aws:lambda:us-east-1:000000000000:function:echo'],
    ['a partial ARN', '000000000000:function:echo'],
  ])('finds a function by %s', async (_, FunctionName) => {
    expect(parse((await invoke({ FunctionName })).Payload)).toEqual({ got: {} });
  });

  it.each([
    [
      'throws',
      'export const handler = async () => { throw new RangeError("too far"); };',
      'RangeError',
      'too far',
    ],
    ['throws text', 'export const handler = async () => { throw "no"; };', 'string', 'no'],
    ['throws at once', 'export const handler = () => { throw new Error("at once"); };', 'Error', 'at once'],
  ])('answers 200 with FunctionError when the handler %s', async (name, source, errorType, errorMessage) => {
    const FunctionName = name.replaceAll(' ', '-');
    await world.create(FunctionName, source);
    const output = await invoke({ FunctionName });
    expect(output).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(parse(output.Payload)).toMatchObject({ errorType, errorMessage });
  });

  it('asks without running for DryRun, and answers 202 at once for Event', async () => {
    expect(await invoke({ FunctionName: 'echo', InvocationType: 'DryRun' })).toMatchObject({
      StatusCode: 204,
    });
    expect(await invoke({ FunctionName: 'echo', InvocationType: 'Event' })).toMatchObject({
      StatusCode: 202,
    });
    await world.lambda.settled();
  });

  it.each([
    ['an unknown function', { FunctionName: 'nobody' }, 'ResourceNotFoundException', 404],
    ['an unknown version', { FunctionName: 'echo', Qualifier: '7' }, 'ResourceNotFoundException', 404],
    ['a name like an object member', { FunctionName: 'constructor' }, 'ResourceNotFoundException', 404],
    [
      'a payload that is no JSON',
      { FunctionName: 'echo', Payload: '{' },
      'InvalidRequestContentException',
      400,
    ],
    [
      '6 MiB and a byte',
      { FunctionName: 'echo', Payload: `"${'x'.repeat(6_291_455)}"` },
      'RequestTooLargeException',
      413,
    ],
    [
      '1 MiB and a byte asynchronously',
      { FunctionName: 'echo', InvocationType: 'Event' as const, Payload: `"${'x'.repeat(1_048_575)}"` },
      'RequestTooLargeException',
      413,
    ],
  ])('refuses %s', async (_, input, name, status) => {
    await expect(invoke(input)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
  });

  it('takes exactly 6 MiB', async () => {
    const output = await invoke({ FunctionName: 'echo', Payload: `"${'x'.repeat(6_291_454)}"` });
    // The answer repeats the payload and so is larger than a response may be.
    expect(parse(output.Payload)).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  });
});

describe('a function', () => {
  it('is described, listed, changed and deleted', async () => {
    await world.create('plain', 'export const handler = async () => 1;', { Timeout: 9, MemorySize: 256 });
    const got = await world.client.send(new GetFunctionCommand({ FunctionName: 'plain' }));
    expect(got.Configuration).toMatchObject({
      FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:plain',
      Handler: 'index.handler',
      MemorySize: 256,
      Role: role,
      Runtime: 'nodejs20.x',
      State: 'Active',
      Timeout: 9,
      LastModified: '2026-01-01T00:00:00.000+0000',
    });
    const changed = await world.client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: 'plain', Timeout: 4 }),
    );
    expect(changed).toMatchObject({ Timeout: 4, MemorySize: 256 });
    // A key stays until it is taken away.
    const KMSKeyArn = 'arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    for (const [settings, key] of [
      [{ KMSKeyArn }, KMSKeyArn],
      [{ Timeout: 5 }, KMSKeyArn],
      [{ KMSKeyArn: '' }, undefined],
    ] as const) {
      const told = await world.client.send(
        new UpdateFunctionConfigurationCommand({ FunctionName: 'plain', ...settings }),
      );
      expect(told.KMSKeyArn).toBe(key);
    }
    const names = (await world.client.send(new ListFunctionsCommand({}))).Functions?.map(
      (one) => one.FunctionName,
    );
    expect(names).toContain('plain');
    await world.client.send(new DeleteFunctionCommand({ FunctionName: 'plain' }));
    await expect(invoke({ FunctionName: 'plain' })).rejects.toThrow('Function not found');
  });

  it.each([
    ['a zip file', { Code: { ZipFile: Buffer.from('PK') } }, 'from a folder, not from a zip file'],
    [
      'a folder that is not there',
      { Code: { LocalDirectory: '/nowhere' } },
      "'/nowhere' is not a readable folder",
    ],
    ['another language', { Runtime: 'python3.13' }, 'no other language runs here'],
    [
      'a reserved variable',
      { Environment: { Variables: { AWS_REGION: 'x' } } },
      'Reserved keys used in this request: AWS_REGION',
    ],
    ['4 KiB of variables', { Environment: { Variables: { BIG: 'x'.repeat(4096) } } }, 'more than 4096'],
    ['a layer', { Layers: ['arn:layer'] }, 'layers do not exist here'],
    ['a network', { VpcConfig: { SubnetIds: ['a'] } }, 'VpcConfig'],
    ['15 minutes and a second', { Timeout: 901 }, 'Timeout'],
    ['a name that exists', { FunctionName: 'echo' }, 'Function already exist: echo'],
  ])('is refused with %s', async (_, settings, message) => {
    const good = { FunctionName: 'refused', Runtime: 'nodejs20.x', Role: role, Handler: 'index.handler' };
    const Code = { LocalDirectory: await world.code('') };
    await expect(world.aws.call('lambda', 'CreateFunction', { ...good, Code, ...settings })).rejects.toThrow(
      message,
    );
  });

  it('is refused over the wire when its code is a zip file', async () => {
    const input = {
      FunctionName: 'zip',
      Runtime: 'nodejs20.x',
      Role: role,
      Handler: 'index.handler',
    } as const;
    const Code = { ZipFile: Buffer.from('PK') };
    await expect(world.client.send(new CreateFunctionCommand({ ...input, Code }))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringContaining('LocalDirectory'),
    });
  });

  it('keeps what a version was when it goes on, and an alias follows a version', async () => {
    await world.create('versioned', 'export const handler = async () => process.env.COLOUR;', {
      Environment: { Variables: { COLOUR: 'red' } },
    });
    const { Version } = await world.client.send(new PublishVersionCommand({ FunctionName: 'versioned' }));
    expect(Version).toBe('1');
    await world.client.send(
      new CreateAliasCommand({ FunctionName: 'versioned', Name: 'live', FunctionVersion: '1' }),
    );
    const Environment = { Variables: { COLOUR: 'blue' } };
    await world.client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: 'versioned', Environment }),
    );
    expect(parse((await invoke({ FunctionName: 'versioned' })).Payload)).toBe('blue');
    const old = await invoke({ FunctionName: 'versioned', Qualifier: 'live' });
    expect({ answer: parse(old.Payload), version: old.ExecutedVersion }).toEqual({
      answer: 'red',
      version: '1',
    });
  });

  it('carries a policy', async () => {
    await world.create('policed', 'export const handler = async () => 1;');
    const FunctionName = 'policed';
    const statement = {
      FunctionName,
      StatementId: 'tick',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: 'arn:aws:events:us-east-1:000000000000:rule/tick',
    };
    await world.client.send(new AddPermissionCommand(statement));
    await expect(world.client.send(new AddPermissionCommand(statement))).rejects.toMatchObject({
      name: 'ResourceConflictException',
    });
    const { Policy } = await world.client.send(new GetPolicyCommand({ FunctionName }));
    expect(JSON.parse(Policy ?? '').Statement).toEqual([
      {
        Sid: 'tick',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'lambda:InvokeFunction',
        Resource: 'arn:aws:lambda:us-east-1:000000000000:function:policed',
        Condition: { ArnLike: { 'AWS:SourceArn': 'arn:aws:events:us-east-1:000000000000:rule/tick' } },
      },
    ]);
    await world.client.send(new RemovePermissionCommand({ FunctionName, StatementId: 'tick' }));
    await expect(world.client.send(new GetPolicyCommand({ FunctionName }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('carries tags', async () => {
    const Resource = 'arn:aws:lambda:us-east-1:000000000000:function:echo';
    await world.client.send(new TagResourceCommand({ Resource, Tags: { a: '1', b: '2' } }));
    await world.client.send(new UntagResourceCommand({ Resource, TagKeys: ['a'] }));
    expect((await world.client.send(new ListTagsCommand({ Resource }))).Tags).toEqual({ b: '2' });
  });
});
