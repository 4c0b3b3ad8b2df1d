import { InvalidArgumentError } from 'commander'

/** A whole number of at most nine digits. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

/** A time of RFC 3339. */
export function time(text: string): Date {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z.')
  return date
}
