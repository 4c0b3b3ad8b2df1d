/** What a request counts in addition to 1 when it causes a query that no other request shares. */
export const cost = { newWindow: 19, unknownKey: 19 }

export const limited =
  'requests; a window, period or series that is not being read already, or an unknown API key, counts as 20'
