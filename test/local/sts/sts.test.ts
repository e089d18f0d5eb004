import { expect, it } from 'vitest';
import { localIdentity } from '../../../local/kernel/aws.js';
import { createSts } from '../../../local/services/sts/service.js';

it('GetCallerIdentity answers a form with XML', async () => {
  const response = await createSts({ identity: localIdentity }).handle({
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from('Action=GetCallerIdentity&Version=2011-06-15'),
  });
  expect(response.status).toBe(200);
  expect(response.body).toContain(
    '<GetCallerIdentityResult><UserId>LOCAL</UserId><Account>000000000000</Account><Arn>arn:aws:iam::000000000000:user/local</Arn></GetCallerIdentityResult>',
  );
});
