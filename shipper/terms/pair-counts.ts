/** How often two bytes stand side by side in log lines: prefilters look for the rarest pair of what they search. */

/** Lines as many systems write them: how common a pair is gets counted here. Only speed depends on it. */
const TYPICAL = `
{"timestamp": "2026-01-26T02:03:45.123456+02:00", "level": "info", "service": "gateway", "logger": "nodes.planner", "event": "tool_execution_complete", "node": "planner", "thread_id": "user_123", "correlation_id": "msg_456_1735167345", "project_id": "proj_12", "duration_ms": 250.11, "error": "Connection timeout", "error_type": "TimeoutError"}
{"time":"2026-02-21T10:40:26.863114742Z","level":"DEBUG","msg":"pushing mutations, pull skipped, lease held by another worker","component":"sync","target_key":"cloud-1","last_seq":104,"elapsed":408917576,"consecutive_failures":3,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}
time="2026-03-01T10:00:26Z" level=warning msg="Volume attached, snapshot injected successfully" correlation_id=b62c00d7-926c-d13d-bb73-eb837bda032a event=step_end job_id=job-109 operation=failover-test step=vm-snapshot status=completed total_duration_ms=20052
2026/05/05 12:30:11 evt: provision.skip_existing {"workspace_id":"ws-1424","tier":"free","sync":true,"instance_id":"i-0b519996a2f","duration_ms":1652}
10.0.0.14 - - [12/Mar/2026:06:25:24 +0000] "GET /api/v1/users?page=12&sort=name HTTP/1.1" 200 5316 "https://www.example.com/search" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0"
Mar 12 06:25:43 combo sshd[19939]: Connection closed by authenticating user root 218.188.2.4 port 22, session opened for user test by (uid=0)
2026-03-12 10:30:11,123 INFO [main] org.apache.server.quorum.Manager: Received block blk_1608999687919862906 of size 91178 from /10.250.14.224 terminating
2026-03-12T10:30:11.123Z INFO worker::scheduler task finished attempt=2 max_retries=5 url=http://localhost:8080/health host=node-12 path=/var/log/app.log pid=1183 config reload ready expired request response status cache queue message started stopped
`

/** By pair: first * 256 + second. Never 0. */
export function pairCounts(): Float64Array {
  const counts = new Float64Array(65_536).fill(0.1)
  for (let i = 0; i + 1 < TYPICAL.length; i++) counts[(TYPICAL.charCodeAt(i) << 8) | TYPICAL.charCodeAt(i + 1)]++
  // Digits differ from line to line: each pair of them is as common as the others.
  for (let a = 0x30; a < 0x3a; a++) for (let b = 0x30; b < 0x3a; b++) counts[(a << 8) | b] = 20
  return counts
}
