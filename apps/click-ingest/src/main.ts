import { run } from '@ads-tracker/service-kit'
import { startIngest } from './start.ts'

run(() => startIngest(process.env))
