export {
  eventTypes,
  partitionName,
  topicNames,
  topicOf,
  topicSettings,
  type EventType,
  type TopicNames,
} from './topics.ts'
export { AdEvent, eventVersion, largestAdId } from './ad-event.ts'
export { encodeEvent, eventHeaders } from './encode.ts'
export { decodeEvent, type DeadLetterReason } from './decode.ts'
export { EventRequest, type FieldError, parseEventRequest } from './event-request.ts'
export { anonymizeIp, ipv6Network } from './ip-network.ts'
export { isStorableText } from './formats.ts'
export { uuidv7 } from './uuidv7.ts'
