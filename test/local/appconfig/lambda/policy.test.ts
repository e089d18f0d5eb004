import { describe, expect, it } from 'vitest';
import { whyForbidden } from '../../../../local/services/appconfig/lambda/policy.js';
import { allowAppConfig } from '../scripted-lambda.js';

const profile = 'arn:aws:appconfig:us-east-1:000000000000:application/abc/configurationprofile/def';
const caller = { accountId: '000000000000', sourceArns: [profile] };
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const under = (Condition: object) => policy({ ...allowAppConfig, Condition });

describe('a resource policy', () => {
  it.each([
    ['names the service', policy(allowAppConfig)],
    [
      'names it among others',
      policy({ ...allowAppConfig, Principal: { Service: ['a.com', 'appconfig.amazonaws.com'] } }),
    ],
    ['lets everybody in', policy({ ...allowAppConfig, Principal: '*' })],
    ['allows every action of Lambda', policy({ ...allowAppConfig, Action: ['lambda:*'] })],
    ['asks for this account', under({ StringEquals: { 'AWS:SourceAccount': '000000000000' } })],
    ['asks for this profile', under({ ArnLike: { 'AWS:SourceArn': profile } })],
    [
      'asks for any profile of the application',
      under({ ArnLike: { 'aws:SourceArn': profile.replace('def', '*') } }),
    ],
  ])('allows when it %s', (_, text) => {
    expect(whyForbidden(text, caller)).toBeUndefined();
  });

  it.each([
    ['is empty', policy()],
    ['names another service', policy({ ...allowAppConfig, Principal: { Service: 'events.amazonaws.com' } })],
    ['allows another action', policy({ ...allowAppConfig, Action: 'lambda:GetFunction' })],
    ['asks for another account', under({ StringEquals: { 'aws:SourceAccount': '111111111111' } })],
    ['asks for another profile', under({ ArnLike: { 'aws:SourceArn': `${profile}x` } })],
    ['sets a condition nobody understands', under({ StringEquals: { 'aws:PrincipalOrgID': 'o-1' } })],
  ])('refuses when it %s', (_, text) => {
    expect(whyForbidden(text, caller)).toBe(
      'no statement of its resource policy lets appconfig.amazonaws.com do lambda:InvokeFunction for this resource',
    );
  });

  it('refuses when a statement denies what another allows', () => {
    const text = policy(allowAppConfig, { ...allowAppConfig, Effect: 'Deny' });
    expect(whyForbidden(text, caller)).toBe('a statement of its resource policy denies it');
  });

  it('refuses when it cannot be read', () => {
    expect(whyForbidden('{', caller)).toMatch(/^its resource policy is not readable/);
  });
});
