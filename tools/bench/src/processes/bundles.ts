export { bundleOf } from '@ads-tracker/testing'
