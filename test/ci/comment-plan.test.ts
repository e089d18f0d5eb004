/** The comment of a pull request, against a server that answers as GitHub's API does. */

import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runScript } from '../system/pipeline/shell.js';

const script = fileURLToPath(new URL('../../ci/comment-plan.mjs', import.meta.url));
const mark = '<!-- veltrix plan -->';

interface Comment {
  readonly id: number;
  readonly user: { readonly type: string };
  body: string;
}

let directory: string;
let server: Server;
let comments: Comment[];
let asked: string[];
let status: number;

const by = (type: string, body: string): Comment => ({ id: comments.length + 1, user: { type }, body });

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += part;
  return text;
}

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'veltrix-comment-'));
  mkdirSync(path.join(directory, 'plan'));
  server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    asked.push(`${request.method} ${pathname} ${request.headers.authorization}`);
    const content = await textOf(request);
    const page = Number(searchParams.get('page') ?? 1);
    const size = Number(searchParams.get('per_page') ?? 30);
    const one = comments.find(({ id }) => pathname.endsWith(`/issues/comments/${id}`));
    if (request.method === 'PATCH' && one) one.body = JSON.parse(content).body;
    if (request.method === 'POST') comments.push(by('Bot', JSON.parse(content).body));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(comments.slice((page - 1) * size, page * size)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

beforeEach(() => {
  comments = [];
  asked = [];
  status = 200;
});

function show(plan: string) {
  writeFileSync(path.join(directory, 'plan/plan.md'), plan);
  return runScript({
    commands: [`node ${script}`],
    directory,
    environment: {
      GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      GITHUB_REPOSITORY: 'acme/hunt',
      GITHUB_TOKEN: 'secret',
      PULL_REQUEST: '7',
    },
  });
}

describe('the plan as a comment', () => {
  it('is written once, and kept up to date', async () => {
    expect(await show('### one\n')).toMatchObject({ exitCode: 0, output: '' });
    expect(await show('### two\n')).toMatchObject({ exitCode: 0, output: '' });
    expect(comments.map(({ body }) => body)).toEqual([
      `${mark}\n## What publishing this would change\n\n### two\n`,
    ]);
    expect(asked).toEqual([
      'GET /repos/acme/hunt/issues/7/comments Bearer secret',
      'POST /repos/acme/hunt/issues/7/comments Bearer secret',
      'GET /repos/acme/hunt/issues/7/comments Bearer secret',
      'PATCH /repos/acme/hunt/issues/comments/1 Bearer secret',
    ]);
  });

  it('leaves alone what people write, and finds its own behind a hundred of it', async () => {
    comments.push(by('User', `${mark} quoted`));
    for (let more = 0; more < 120; more++) comments.push(by('User', 'me too'));
    comments.push(by('Bot', 'another robot'));
    await show('### one\n');
    await show('### two\n');
    expect(comments).toHaveLength(123);
    expect(comments[0]?.body).toBe(`${mark} quoted`);
    expect(comments.at(-1)?.body).toContain('### two');
  });

  it('fails with what GitHub says', async () => {
    status = 403;
    const { exitCode, output } = await show('### one\n');
    expect(exitCode).toBe(1);
    expect(output).toContain(
      'GET /repos/acme/hunt/issues/7/comments?per_page=100&page=1 was answered with 403',
    );
  });
});
