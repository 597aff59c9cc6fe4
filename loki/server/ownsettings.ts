/** A store that one command fills for itself: nothing is refused for its age, number or rate, and no label is added. */
import { DEFAULT_LIMITS } from '../limits.ts'
import { DEFAULT_SETTINGS, type Settings } from './settings.ts'

const CENTURIES_MS = 1000 * 365 * 86_400_000

export const OWN_SETTINGS: Settings = Object.freeze({
  ...DEFAULT_SETTINGS,
  maxChunkAge: CENTURIES_MS,
  maxMessageBytes: 0,
  shardStreams: { enabled: false, desiredRate: 0 },
  retentionEnabled: false,
  limits: {
    ...DEFAULT_LIMITS,
    ingestion_rate_mb: Number.POSITIVE_INFINITY,
    ingestion_burst_size_mb: Number.POSITIVE_INFINITY,
    per_stream_rate_limit: Number.POSITIVE_INFINITY,
    per_stream_rate_limit_burst: Number.POSITIVE_INFINITY,
    max_global_streams_per_user: 0,
    reject_old_samples: false,
    creation_grace_period: CENTURIES_MS,
    discover_service_name: [],
    discover_log_levels: false,
  },
})
