/** What a request costs beyond one, where it causes a query that no other reader shares. */
export const cost = { newWindow: 19, unknownKey: 19 }

export const limited =
  'requests; a window, period or series that is not being read already, or an unknown API key, counts as 20'
