/** Shows plan/plan.md as a comment of a pull request on GitHub: one comment, kept up to date. */

import { readFileSync } from 'node:fs';

/** What the comment begins with, unseen: by it the next run finds it. */
const mark = '<!-- veltrix plan -->';
const perPage = 100;

const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_REQUEST } = process.env;
const comments = `/repos/${GITHUB_REPOSITORY}/issues/${PULL_REQUEST}/comments`;

const body = `${mark}\n## What publishing this would change\n\n${readFileSync('plan/plan.md', 'utf8')}`;
const mine = await find();
if (mine === undefined) await ask('POST', comments, { body });
else await ask('PATCH', `/repos/${GITHUB_REPOSITORY}/issues/comments/${mine.id}`, { body });

/** A person may quote the mark: only a comment of a robot is ours. */
async function find() {
  for (let page = 1; ; page++) {
    const found = await ask('GET', `${comments}?per_page=${perPage}&page=${page}`);
    const comment = found.find((item) => item.user?.type === 'Bot' && item.body?.startsWith(mark));
    if (comment !== undefined || found.length < perPage) return comment;
  }
}

async function ask(method, path, content) {
  const response = await fetch(`${GITHUB_API_URL}${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${GITHUB_TOKEN}`,
      'content-type': 'application/json',
      'x-github-api-version': '2022-11-28',
    },
    ...(content !== undefined && { body: JSON.stringify(content) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} was answered with ${response.status}: ${await response.text()}`);
  return response.json();
}
