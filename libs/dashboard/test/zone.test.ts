import { expect, it } from 'vitest'
import { addDays, dayOf, isDay, isZone, startOfDay, wallTime } from '../dashboard/data/zone.ts'

const iso = (instant: number) => new Date(instant).toISOString()

it.each([
  ['2026-11-30', 'UTC', '2026-11-30T00:00:00.000Z'],
  ['2026-11-30', 'Asia/Kolkata', '2026-11-29T18:30:00.000Z'],
  ['2026-11-30', 'Asia/Kathmandu', '2026-11-29T18:15:00.000Z'],
  ['2026-11-30', 'America/St_Johns', '2026-11-30T03:30:00.000Z'],
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
  // the clock goes from 23:59 to 01:00: the day has no midnight
  ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
  ['2026-11-30', 'Pacific/Kiritimati', '2026-11-29T10:00:00.000Z'],
])('%s begins in %s at %s', (day, zone, instant) => {
  expect(iso(startOfDay(day, zone))).toBe(instant)
})

it('agrees with the calendar in every zone that the runtime knows', () => {
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    for (const day of ['2026-03-29', '2026-11-01']) {
      const start = startOfDay(day, zone)
      expect([dayOf(start, zone), dayOf(start - 1, zone) < day], `${day} ${zone}`).toEqual([day, true])
    }
  }
})

it('tells what a clock shows, and knows which days and zones there are', () => {
  expect(wallTime(Date.UTC(2026, 9, 25, 0, 30), 'Europe/Berlin')).toBe('2026-10-25T02:30')
  expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
  expect(['2026-02-29', '2026-02-28', '2026-2-1', 'today', ''].map(isDay)).toEqual([false, true, false, false, false])
  expect(['Europe/Berlin', 'UTC', 'Mars/Olympus', '+02:00', ''].map(isZone)).toEqual([true, true, false, false, false])
})
