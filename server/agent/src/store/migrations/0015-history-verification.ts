// Owns the column that says what was proven of the copies of a transfer.
export const historyVerification = `
ALTER TABLE history ADD COLUMN verification TEXT CHECK (verification IN ('size', 'chunks', 'object', 'sha256'));
`;
