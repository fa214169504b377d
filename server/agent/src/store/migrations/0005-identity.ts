// Owns what accounts and users know of their subscription and of who vouches for them.

// auth_provider: 0 AWSCognito (a password here), 1 Google, 2 EntraID, 4 Okta, 8 SAML, 16 External (authentication.md, AuthProvider).
// subscription_type: 1 Monthly, 2 Yearly.
export const identity = `
ALTER TABLE users ADD COLUMN auth_provider INTEGER NOT NULL DEFAULT 0 CHECK (auth_provider IN (0, 1, 2, 4, 8, 16));
ALTER TABLE accounts ADD COLUMN subscription_type INTEGER NOT NULL DEFAULT 1 CHECK (subscription_type IN (1, 2));
`;
