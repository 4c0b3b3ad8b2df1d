import type { Fault } from '../fault.ts'
import { absurdTimes } from './absurd-times.ts'
import { abusiveAddress } from './abusive-address.ts'
import { answerLost } from './answer-lost.ts'
import { apiFuzz } from './api-fuzz.ts'
import { backendsTerminated } from './backends-terminated.ts'
import { brokerRestart } from './broker-restart.ts'
import { deadLetterReplay } from './dead-letter-replay.ts'
import { halfLoad } from './half-load.ts'
import { halfOpenDatabase } from './half-open-database.ts'
import { kafkaGone } from './kafka-gone.ts'
import { kafkaHangs } from './kafka-hangs.ts'
import { killEach } from './kill-each.ts'
import { killIngest } from './kill-ingest.ts'
import { killWriter } from './kill-writer.ts'
import { otherLog } from './other-log.ts'
import { overload } from './overload.ts'
import { poison } from './poison.ts'
import { postgresDies } from './postgres-dies.ts'
import { rebalanceStorm } from './rebalance-storm.ts'
import { rollingStop } from './rolling-stop.ts'
import { sameId } from './same-id.ts'
import { slowSockets } from './slow-sockets.ts'
import { writerBacklog } from './writer-backlog.ts'

/** The table of promises, in its order; at last all processes under one load. */
export const faults: Fault[] = [
  killIngest,
  killWriter,
  writerBacklog,
  brokerRestart,
  kafkaGone,
  kafkaHangs,
  answerLost,
  postgresDies,
  backendsTerminated,
  halfOpenDatabase,
  rebalanceStorm,
  poison,
  deadLetterReplay,
  sameId,
  absurdTimes,
  apiFuzz,
  overload,
  slowSockets,
  abusiveAddress,
  rollingStop,
  otherLog,
  halfLoad,
  killEach,
]
