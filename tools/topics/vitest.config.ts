import { serverTests } from '@ads-tracker/testing/vitest'

export default serverTests('kafka')
