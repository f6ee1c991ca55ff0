# A third-party client's day on the fake: Mastodon.py does what our driver does.
# Arguments: server, token, picture. Prints "ok" when everything agreed.
import sys

from mastodon import Mastodon, MastodonNotFoundError

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
print("ok")
