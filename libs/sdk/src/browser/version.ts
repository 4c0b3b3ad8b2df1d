declare const TRACKER_VERSION: string | undefined

/** Of the build; `dev` when it runs from the source. */
export const version = typeof TRACKER_VERSION === 'string' ? TRACKER_VERSION : 'dev'
