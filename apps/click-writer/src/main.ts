import { run } from '@ads-tracker/service-kit'
import { startWriter } from './start.ts'

run(() => startWriter(process.env))
