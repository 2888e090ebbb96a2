-- KEYS: the session. ARGV: idle milliseconds.
return read_session(KEYS[1], tonumber(ARGV[1]))
