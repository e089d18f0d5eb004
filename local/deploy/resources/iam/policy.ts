/** AWS::IAM::Policy: an inline policy of one or more roles. Users and groups do not exist here. */
import * as z from 'zod';
import { defineResource, ignoreMissing, type ResourceContext, type ResourceHandler } from '../handler.js';
import { document, text } from '../properties.js';

const properties = z.strictObject({
  PolicyName: text,
  PolicyDocument: document,
  Roles: z.array(text).min(1),
});
type Properties = z.output<typeof properties>;

export const iamPolicy: ResourceHandler = defineResource({
  type: 'AWS::IAM::Policy',
  properties,
  attributes: ['Id'],
  replaceOn: [],
  async create(context, wanted) {
    await put(context, wanted);
    const physicalId = context.generateName(128);
    return { physicalId, attributes: { Id: physicalId } };
  },
  async update(context, { physicalId, attributes, before, after }) {
    const isRenamed = before.PolicyName !== after.PolicyName;
    const left = before.Roles.filter((role) => isRenamed || !after.Roles.includes(role));
    await take(context, { ...before, Roles: left });
    await put(context, after);
    return { physicalId, attributes };
  },
  remove: (context, { properties: before }) => take(context, before),
});

async function put({ aws }: ResourceContext, { PolicyName, Roles, ...rest }: Properties): Promise<void> {
  const PolicyDocument = JSON.stringify(rest.PolicyDocument);
  for (const RoleName of Roles)
    await aws.call('iam', 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument });
}

async function take({ aws }: ResourceContext, { PolicyName, Roles }: Properties): Promise<void> {
  for (const RoleName of Roles)
    await aws.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName }).then(() => {}, ignoreMissing);
}
