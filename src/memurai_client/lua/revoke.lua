-- Revoke a token up to a moment in seconds since 1970. One that is revoked for longer, or for ever, stays so.
local function revoke(key, ends)
  local left = redis.call('PTTL', key)
  if left ~= -1 and (left < 0 or now_milliseconds() + left < ends * 1000) then
    redis.call('SET', key, '1', 'EXAT', ends)
  end
end
