/** Numbers and names as a finding says them. */

/** Names beyond these are only counted. */
const namesMax = 3;
const evidenceShownMax = 1_000_000;

const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });

/** `a, b, c and 4 more`. */
export function listed(names: readonly string[]): string {
  const more = names.length - namesMax;
  return names.slice(0, namesMax).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** `27,900`. */
export const counted = (value: number): string => whole.format(value);

/** `4,700`, of evidence that is kept as a logarithm. */
export function evidence(worth: number): string {
  if (worth > Math.log(evidenceShownMax)) return `over ${counted(evidenceShownMax)}`;
  return short.format(Math.exp(worth));
}

/** As a number of four digits, of evidence that is kept as a logarithm; beyond a million it has no more to say. */
export const evidenceFigure = (worth: number): number =>
  Number(Math.min(Math.exp(worth), evidenceShownMax).toPrecision(4));

/** `63× worse`; empty where one side has nothing to divide by. */
export function timesWorse(
  tested: readonly [bad: number, of: number],
  old: readonly [bad: number, of: number],
): string {
  if (tested[1] === 0 || old[0] === 0) return '';
  const ratio = tested[0] / tested[1] / (old[0] / old[1]);
  if (ratio < 1.05) return ': no worse';
  return `: ${short.format(ratio)}× worse`;
}
