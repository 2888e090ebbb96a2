-- A bucket of `limit` tokens that fills evenly, `limit` in a window. Kept is what was taken out and not yet refilled, and when.
-- Whole numbers only: a token weighs `window`, and every millisecond `limit` flow back.
-- Answers: allowed (1 or 0), remaining requests, milliseconds until the next may pass, milliseconds until all may.
local function take(key, limit, window)
  local now = now_milliseconds()
  local capacity = limit * window
  local taken, at = string.match(redis.call('GET', key) or '0 0', '^(%d+) (%d+)$')
  taken = math.min(capacity, math.max(0, taken - math.max(0, now - at) * limit))
  if taken + window > capacity then
    return 0, 0, math.ceil((taken + window - capacity) / limit), math.ceil(taken / limit)
  end
  taken = taken + window
  local full_in = math.ceil(taken / limit)
  redis.call('SET', key, string.format('%.0f %.0f', taken, now), 'PX', full_in)
  return 1, math.floor((capacity - taken) / window), 0, full_in
end
