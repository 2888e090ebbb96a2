"""Sessions, for asyncio."""

from redis.asyncio import Redis

from memurai_client.asyncio.conversation import Awaiting, awaiting
from memurai_client.sessions import SessionStore


class Sessions(Awaiting, SessionStore[Redis]):
    """Sessions over a client of asyncio; `SessionStore` describes its arguments."""

    create = awaiting(SessionStore.create_steps)
    rotate = awaiting(SessionStore.rotate_steps)
    get = awaiting(SessionStore.get_steps)
    update = awaiting(SessionStore.update_steps)
    remove = awaiting(SessionStore.remove_steps)
    end = awaiting(SessionStore.end_steps)
    list_user = awaiting(SessionStore.list_user_steps)
    end_user = awaiting(SessionStore.end_user_steps)
    end_listed = awaiting(SessionStore.end_listed_steps)
