const formats = new Map<string, Intl.DateTimeFormat>()

/** True for an IANA name that this browser knows, such as `Europe/Berlin` or `UTC`. */
export function isZone(zone: string): boolean {
  try {
    return /^[A-Za-z]/.test(zone) && Boolean(formatOf(zone))
  } catch {
    return false
  }
}

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'

export function allZones(): string[] {
  const known = Intl.supportedValuesOf('timeZone')
  return known.includes('UTC') ? known : ['UTC', ...known]
}

/** The calendar day of an instant in a zone, as `2026-11-30`. */
export function dayOf(instant: number, zone: string): string {
  return wallTime(instant, zone).slice(0, 10)
}

/** What a clock in the zone shows at an instant, as `2026-11-30T14:05`. */
export function wallTime(instant: number, zone: string): string {
  const part = Object.fromEntries(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  )
  return `${part.year!.padStart(4, '0')}-${part.month}-${part.day}T${part.hour}:${part.minute}`
}

/** The first instant of a day in a zone. It is not always 00:00: some zones change their clocks at midnight. */
export function startOfDay(day: string, zone: string): number {
  const guess = Date.parse(`${day}T00:00:00Z`)
  // nearly always: midnight, by the offset of that day
  const midnight = 2 * guess - Date.parse(`${wallTime(guess, zone)}Z`)
  if (dayOf(midnight, zone) === day && dayOf(midnight - 1, zone) < day) return midnight
  let [before, first] = [guess - 15 * hour, guess + 15 * hour]
  while (first - before > 1) {
    const middle = Math.floor((before + first) / 2)
    if (dayOf(middle, zone) >= day) first = middle
    else before = middle
  }
  return first
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 24 * hour).toISOString().slice(0, 10)
}

/** True for a day that the calendar has, as `2026-11-30`. */
export function isDay(text: string): boolean {
  const instant = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text)
}

const hour = 3_600_000

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  formats.set(zone, made)
  return made
}
