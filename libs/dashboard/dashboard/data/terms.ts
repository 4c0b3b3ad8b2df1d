/** What each word means, in one line. */
export const terms = {
  Impressions: 'How often an ad was shown: each time at least half of it was on a screen.',
  Clicks: 'How often an ad was clicked. The same click counts once, however often it is sent.',
  CTR: 'Click-through rate: clicks divided by impressions. “–” where there are no impressions.',
  Change: 'The difference to the previous period, which has the same length and ends where this one begins.',
  Points: 'Percentage points: from 2% to 3% is one point.',
  'Complete up to': 'Every event that was accepted before this time is in the numbers.',
  Archived: 'An ad that is no longer listed. Its events still count.',
  'Dead letter':
    'An event that was accepted and could not be counted. It is kept, with the reason, and can be replayed.',
  'Ledger balances': 'Each event that was read is counted, repeated, or a dead letter with a reason. None is missing.',
  'API key': 'Allows changes. Your administrator creates it with: npm run api-keys -- create.',
} as const
export type TermName = keyof typeof terms
