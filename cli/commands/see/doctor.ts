/** `veltrix doctor`: everything that may be wrong, why, and what to do. Ends with 1 where something is wrong, or cannot be looked at. */

import * as z from 'zod';
import { type Examination, doctor as examine, Unwell } from '../../../control/see/doctor/doctor.js';
import { defineCommand } from '../../command.js';
import { address } from '../../parse-arguments.js';
import { describeExamination } from '../../terminal/doctor-page.js';
import { version } from '../../version.js';

type Answer = Examination & { readonly versions: { readonly veltrix: string; readonly node: string } };

export const doctor = defineCommand({
  args: z.object({ address: address.default({}) }),
  positional: ['address'],
  run: async ({ cloud, workspace }, args): Promise<Answer> => ({
    ...(await examine(await cloud(), { address: args.address, workspace })),
    versions: { veltrix: version(), node: process.versions.node },
  }),
  render: ({ versions, ...examination }, paint, { columns }) =>
    describeExamination(examination, {
      columns,
      paint,
      versions: `veltrix ${versions.veltrix}, Node.js ${versions.node}`,
    }),
  failure: ({ findings }) => {
    const of = (level: string) => findings.filter((finding) => finding.level === level).length;
    const [bad, unknown] = [of('bad'), of('unknown')];
    return bad + unknown === 0 ? undefined : new Unwell({ bad, unknown });
  },
});
