export { trackVideoAd, type EventDetail, type Tracking, type TrackOptions } from './track-video-ad.ts'
export type { Stats } from './delivery.ts'
export { version } from './version.ts'
