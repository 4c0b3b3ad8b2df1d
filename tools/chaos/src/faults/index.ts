import type { Fault } from '../fault.ts'
import { killIngest } from './kill-ingest.ts'

/** The table of promises, in its order. */
export const faults: Fault[] = [killIngest]
