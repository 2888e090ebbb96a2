-- A session's fields, and the milliseconds it has left; reading it lets its idle time begin anew, up to the end of its life.
-- Answers nothing for a session that is not there.
local function read_session(key, idle)
  local ends = redis.call('HGET', key, '_ends')
  if not ends then
    return {}
  end
  redis.call('PEXPIREAT', key, math.min(now_milliseconds() + idle, ends))
  return {redis.call('PTTL', key), redis.call('HGETALL', key)}
end
