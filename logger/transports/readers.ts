/**
 * How lines of ours are read on their way to Loki: the shipper's JSON dialects in the shipper's order, and none of its
 * other formats, which take a quarter of a second to load. test/logger/loki.test.ts compares with the shipper's list.
 */
import { bunyan } from '../../shipper/formats/bunyan.ts'
import { caddy } from '../../shipper/formats/caddy.ts'
import { clef } from '../../shipper/formats/clef.ts'
import { detector } from '../../shipper/formats/detect.ts'
import { dotnetJson } from '../../shipper/formats/dotnet-json.ts'
import { ecs } from '../../shipper/formats/ecs.ts'
import type { Format } from '../../shipper/formats/format.ts'
import { gelf } from '../../shipper/formats/gelf.ts'
import { googleCloud } from '../../shipper/formats/google-cloud.ts'
import { journald } from '../../shipper/formats/journald.ts'
import { json } from '../../shipper/formats/json.ts'
import { log4jJson } from '../../shipper/formats/log4j-json.ts'
import { logbackJson } from '../../shipper/formats/logback-json.ts'
import { logrus } from '../../shipper/formats/logrus.ts'
import { logstash } from '../../shipper/formats/logstash.ts'
import { loguru } from '../../shipper/formats/loguru.ts'
import { mongodb } from '../../shipper/formats/mongodb.ts'
import { monologJson } from '../../shipper/formats/monolog-json.ts'
import { nextcloud } from '../../shipper/formats/nextcloud.ts'
import { openTelemetry } from '../../shipper/formats/open-telemetry.ts'
import { pino } from '../../shipper/formats/pino.ts'
import { postgresqlJson } from '../../shipper/formats/postgresql-json.ts'
import { pythonJson } from '../../shipper/formats/python-json.ts'
import { slog } from '../../shipper/formats/slog.ts'
import { structlog } from '../../shipper/formats/structlog.ts'
import { tracingJson } from '../../shipper/formats/tracing-json.ts'
import { traefikJson } from '../../shipper/formats/traefik-json.ts'
import { winston } from '../../shipper/formats/winston.ts'
import { zap } from '../../shipper/formats/zap.ts'
import { zerolog } from '../../shipper/formats/zerolog.ts'

export const readers: readonly Format[] = [
  pino,
  caddy,
  bunyan,
  clef,
  dotnetJson,
  ecs,
  gelf,
  googleCloud,
  journald,
  log4jJson,
  logbackJson,
  logrus,
  logstash,
  loguru,
  mongodb,
  monologJson,
  nextcloud,
  openTelemetry,
  postgresqlJson,
  pythonJson,
  slog,
  structlog,
  tracingJson,
  traefikJson,
  winston,
  zap,
  zerolog,
  json,
]

export const read = detector(readers)
