# A third-party client's day on the fake: Mastodon.py does what our driver does.
# Arguments: server, token, picture. Prints "ok" when everything agreed.
import os
import sys
import threading

from mastodon import Mastodon, MastodonNotFoundError, StreamListener

url, token, picture = sys.argv[1:4]
m = Mastodon(access_token=token, api_base_url=url, version_check_mode="created")
me = m.account_verify_credentials()
assert me["acct"] == "claire", me
assert m.instance()["version"], "a server says its version"

media = m.media_post(picture, mime_type="image/png", description="Une galette")
assert media["description"] == "Une galette" and media["url"], media
text = "Première partie https://example.com/une/adresse/tres/longue/vraiment #breton"
first = m.status_post(text, media_ids=[media["id"]], visibility="unlisted", language="fr", idempotency_key="one")
again = m.status_post(text, media_ids=[media["id"]], visibility="unlisted", language="fr", idempotency_key="one")
assert first["id"] == again["id"], "the key is honoured"
assert first["media_attachments"][0]["description"] == "Une galette"
assert first["visibility"] == "unlisted" and first["language"] == "fr"

second = m.status_reply(first, "Suite", spoiler_text="Attention")
assert second["in_reply_to_id"] == first["id"] and second["sensitive"]
context = m.status_context(second["id"])
assert [s["id"] for s in context["ancestors"]] == [first["id"]], context
assert [s["id"] for s in m.timeline_home()] == [second["id"], first["id"]]

page = m.account_statuses(me["id"], exclude_reblogs=True, limit=1)
assert [s["id"] for s in page] == [second["id"]]
assert [s["id"] for s in m.fetch_next(page)] == [first["id"]], "the Link leads on"

m.status_update(second["id"], "Suite corrigée")
assert m.status_source(second["id"])["text"] == "Suite corrigée"
m.status_delete(second["id"])
try:
    m.status(second["id"])
    raise SystemExit("a deleted post is still there")
except MastodonNotFoundError:
    pass
assert m.notifications() == []

# Somebody answers: the client is told, reads on from there, and hears it live.
heard = []
class Ear(StreamListener):
    def on_notification(self, n):
        heard.append(n)
        done.set()
done = threading.Event()
m.stream_user(Ear(), run_async=True)
public = Mastodon(access_token=sys.argv[4], api_base_url=url, version_check_mode="created")
said = public.status_post("@claire bonjour", in_reply_to_id=first["id"], visibility="direct")
assert done.wait(20), "the stream tells"
assert heard[0]["type"] == "mention" and heard[0]["status"]["id"] == said["id"], heard
told = m.notifications(limit=1)
assert told[0]["status"]["visibility"] == "direct" and told[0]["account"]["acct"] == "yann", told
assert told[0]["status"]["mentions"][0]["acct"] == "claire"
assert m.notifications(min_id=told[0]["id"]) == []
public.status_favourite(first["id"])
assert [n["type"] for n in m.notifications(min_id=told[0]["id"])] == ["favourite"]
assert [n["type"] for n in m.notifications(types=["mention"])] == ["mention"]
assert m.conversations()[0]["last_status"]["id"] == said["id"]
m.status_favourite(said["id"])
assert m.status(said["id"])["favourited"] and not m.status_unfavourite(said["id"])["favourited"]
print("ok", flush=True)
os._exit(0)  # the line that listens would wait for its next word
