-- KEYS: the user's sessions, then each session. ARGV: each session's handle. Answers milliseconds left and fields of each;
-- those that have ended leave the list.
local sessions = {}
for index, handle in ipairs(ARGV) do
  local fields = redis.call('HGETALL', KEYS[index + 1])
  if #fields == 0 then
    redis.call('ZREM', KEYS[1], handle)
  end
  sessions[index] = {redis.call('PTTL', KEYS[index + 1]), fields}
end
return sessions
