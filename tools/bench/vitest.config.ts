import { unitTests } from '@ads-tracker/testing/vitest'

export default unitTests()
