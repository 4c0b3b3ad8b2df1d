import { unitTests } from '@ads-tracker/local-servers/vitest'

export default unitTests()
