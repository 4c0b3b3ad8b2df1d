let minute = ''
let minuteStart = 0

/** Unix milliseconds of a canonical time (`YYYY-MM-DDTHH:MM:SS.sssZ`). Neighbours share their minute, so that is remembered. */
export function millisecondsOf(time: string): number {
  const prefix = time.slice(0, 17)
  if (prefix !== minute) {
    minuteStart = Date.parse(`${prefix}00.000Z`)
    minute = prefix
  }
  return (
    minuteStart +
    digit(time, 17) * 10_000 +
    digit(time, 18) * 1_000 +
    digit(time, 20) * 100 +
    digit(time, 21) * 10 +
    digit(time, 22)
  )
}

function digit(text: string, index: number): number {
  return text.charCodeAt(index) - 48
}
