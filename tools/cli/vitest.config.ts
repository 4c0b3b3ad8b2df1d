import { serverTests } from '@ads-tracker/local-servers/vitest'

export default serverTests('postgres', 'kafka')
