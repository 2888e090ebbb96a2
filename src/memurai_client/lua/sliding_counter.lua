-- The counts of this window and of the one before, which weighs as much as the sliding window still covers of it.
-- Kept as "window's number, its count, the count before". Whole numbers only: one request weighs `window`.
-- Answers: allowed (1 or 0), remaining requests, milliseconds until the next may pass, milliseconds until all may.
local function counts_of(stored, number)
  local at, count, before = string.match(stored or '0 0 0', '^(%d+) (%d+) (%d+)$')
  at = tonumber(at)
  -- A later number is one of a clock that was set back.
  if at >= number then
    return tonumber(count), tonumber(before)
  elseif at == number - 1 then
    return 0, tonumber(count)
  end
  return 0, 0
end

local function wait_of(limit, window, elapsed, current, previous)
  if current < limit then
    return window - math.floor((limit - current - 1) * window / previous) - elapsed
  end
  return 2 * window - math.floor((limit - 1) * window / current) - elapsed
end

local function take(key, limit, window)
  local now = now_milliseconds()
  local number = math.floor(now / window)
  local elapsed = now - number * window
  local current, previous = counts_of(redis.call('GET', key), number)
  local room = (limit - current) * window - previous * (window - elapsed)
  if room < window then
    local reset = current > 0 and 2 * window - elapsed or window - elapsed
    return 0, 0, wait_of(limit, window, elapsed, current, previous), reset
  end
  redis.call('SET', key, string.format('%.0f %.0f %.0f', number, current + 1, previous), 'PX', 2 * window)
  return 1, math.floor(room / window) - 1, 0, 2 * window - elapsed
end
