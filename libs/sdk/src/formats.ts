const patterns = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  // RFC 3339 without leap seconds, which Date cannot hold
  'date-time':
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/,
  ipv4: /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$/,
}

/** The formats of the API's schemas; one that is not here is the server's business. */
export const formats: Record<string, (value: string) => boolean> = {
  uuid: (value) => patterns.uuid.test(value),
  'date-time': isDateTime,
  ipv4: (value) => patterns.ipv4.test(value),
  ipv6: (value) => /^[\da-f:.]+$/i.test(value) && parse(`http://[${value}]/`) !== undefined,
  uri: isHttpUrl,
  storable: (value) => !value.includes('\0') && !/\p{Surrogate}/u.test(value),
}

function isDateTime(value: string): boolean {
  if (!patterns['date-time'].test(value)) return false
  const lastDay = new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0)).getUTCDate()
  return Number(value.slice(8, 10)) <= lastDay
}

function isHttpUrl(value: string): boolean {
  const url = /^https?:\/\//i.test(value) && !/[\s\\]/.test(value) ? parse(value) : undefined
  return url !== undefined && url.username === '' && url.password === ''
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url)
  } catch {
    return undefined
  }
}
