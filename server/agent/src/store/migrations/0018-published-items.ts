// Owns what the ledger knows of an item besides its bytes: what was decided about its name, and a copy that is published and not verified.

// if_absent: the copy must not replace anything.
// published: what its commit has proven of a copy that is still to be verified, and published_as which version of the object that is.
export const publishedItems = `
ALTER TABLE transfer_items ADD COLUMN if_absent INTEGER NOT NULL DEFAULT 0 CHECK (if_absent IN (0, 1));
ALTER TABLE transfer_items ADD COLUMN published TEXT NOT NULL DEFAULT '';
ALTER TABLE transfer_items ADD COLUMN published_as TEXT NOT NULL DEFAULT '';
`;
