/** DynamoDB: what a write unit writes, and what a consistent read unit reads; an eventually consistent read is half of one. */
export const [writeUnitBytes, readUnitBytes] = [1_024, 4_096] as const;

export const unitsOf = (bytes: number, unitBytes: number): number => Math.ceil(bytes / unitBytes);
