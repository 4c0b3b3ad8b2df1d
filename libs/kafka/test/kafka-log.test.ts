import { expect, it } from 'vitest'
import { createKafkaLog } from '../src/index.ts'

it('says the same thing once in ten seconds, and an error of kafkajs as a warning', () => {
  const lines: string[] = []
  const line = (level: string) => (_extra: object, message: string) => void lines.push(`${level} ${message}`)
  let now = 0
  const log = createKafkaLog({ warn: line('warn'), info: line('info'), debug: line('debug') }, () => now)
  for (let second = 0; second < 12; second++) {
    now = second * 1000
    log('error', 'connection refused', {})
    if (second === 3) log('info', 'joined', {})
  }
  expect(lines).toEqual(['warn connection refused', 'info joined', 'warn connection refused'])
})
