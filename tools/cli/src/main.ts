import { run } from '@ads-tracker/service-kit'
import { parse } from './program.ts'

run(() => parse(process.argv.slice(2)))
