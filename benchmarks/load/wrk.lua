-- Sends the token that LOAD_AUTHORIZATION holds, and prints the result as one line of JSON.
wrk.headers["Authorization"] = os.getenv("LOAD_AUTHORIZATION")

function done(summary, latency, requests)
  local errors = summary.errors
  local milliseconds = {}
  for percent = 1, 99 do
    milliseconds[percent] = string.format("%.3f", latency:percentile(percent) / 1000)
  end
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "refused": %d, "unanswered": %d, "slowest": %.3f, "percentiles": [%s]}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency.max / 1000, table.concat(milliseconds, ", ")))
end
