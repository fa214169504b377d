// Owns how the target of a transfer sees the name of an object, where it does not tell all names apart: null elsewhere.
export const namesAlike = `
ALTER TABLE transfer_items ADD COLUMN folded TEXT;
CREATE INDEX transfer_items_folded ON transfer_items (transfer_id, folded) WHERE folded IS NOT NULL;
`;
