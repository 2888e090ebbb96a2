-- KEYS: the session. ARGV: idle milliseconds, then names and values. Answers nothing, and writes nothing, for a session that is not there.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {}
end
write(KEYS[1], 2)
return read_session(KEYS[1], tonumber(ARGV[1]))
