"""The page of the HTTP API, from its OpenAPI document."""

import json
from typing import Any

from kvitt.domain.events import Event
from reference_pages import problems

_HEAD = """\
# The HTTP API

Everything the console can do, for programs, under `/api/v1`. The whole document is
[openapi.json](openapi.json), which kvitt also serves at `/api/v1/openapi.json`.

- **Key.** `kvitt api-key add erp --scope see --scope capture` prints a token once. Send it as
  `Authorization: Bearer …`. A key has scopes, shops and an end.
- **Once.** What moves money needs an `Idempotency-Key` of yours. The same key with the same
  figures is the same request, whatever happens between; with other figures it is refused (409).
- **Answers.** 202 is *on its way*: read `Location`, and never ask again under another key.
  `Prefer: wait=10` waits for the answer. 200 is final: `done`, or `refused` with the reason.
- **Look first.** `POST /orders/{order_id}/reviews` shows what a request would do and stores
  nothing.
- **Errors** are `application/problem+json` (RFC 9457); `type` does not change.
- **Changed meanwhile?** `If-Match` with the order's `ETag`, or `expects` with the amount you
  saw.
- **Pages.** `Link: <…>; rel="next"`, or `next` of the page as `cursor`. `fields=number,total`
  leaves the rest out. A query parameter that does not exist is an error.
- **Rate.** 120 calls at once, ten more each second; `RateLimit-*` and `Retry-After` say it.

```sh
curl -X POST http://127.0.0.1:8000/api/v1/orders/7/captures \\
  -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: shipment-7" -H "Prefer: wait=10" \\
  -H "Content-Type: application/json" -d '{"lines": [{"line": "MUG-1", "quantity": 1}]}'
```
"""
_PROBLEMS = """\
## Problems

`type` is for programs and does not change; `detail` is for people, and says what to do next.
These are all types, with a sentence of each.

| type | status | for example |
|---|---|---|"""
_WEBHOOKS = """\
## Webhooks that kvitt sends

`POST /webhooks` subscribes an address and answers with its secret, once. Each message is
`{{"type": …, "timestamp": …, "data": …}}` and is signed as
[Standard Webhooks](https://www.standardwebhooks.com) has it: `webhook-signature` holds
`v1,` and the Base64 of HMAC-SHA256 over `webhook-id.webhook-timestamp.body`, by the secret
after `whsec_`, decoded. While a secret is being replaced there are two signatures. Messages
come at
least once and in no certain order; `webhook-id` tells a repetition. One that fails is tried
nine
more times over about three days; an address that takes nothing for five days, or answers 410,
is switched off. What happens while an address is paused or switched off waits for thirty days,
and is told once it is enabled.

Events: {events}. They tell what kvitt did, adopted or waits for. `webhook.test` tells of no
order: it comes when `POST /webhooks/{{webhook_id}}/test` asks for it, and once.

## A refund that the shop's own gateway asks for

`POST /gateway/refunds` with `{{"order_id": …, "refund_id": …}}`, the shop's own ids, is for a
payment plugin whose refund button is held down. It is signed in the same way, with the secret
of the shop's webhook to kvitt as the key (its text as bytes), and `Kvitt-Hook` is the last
part of that webhook's address.
The answer comes within 20 seconds: `done`; `refused` with a reason, and then it is not sent
later either; or `waiting`, for which the shop keeps its refund. Asked again, it is the same
refund.
"""


def document() -> dict[str, Any]:
    """Return the OpenAPI document as it is served."""
    # Django has to be set up before this can be imported.
    from kvitt.web.api import root

    found: dict[str, Any] = json.loads(json.dumps(root.api.get_openapi_schema()))
    return found


def page(schema: dict[str, Any]) -> str:
    """Return the page."""
    by_tag: dict[str, list[str]] = {}
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            scope = operation.get("x-scope")
            needs = f"`{scope}`" if scope else "the shop's signature"
            row = (
                f"| `{method.upper()} {path.removeprefix('/api/v1')}` | "
                f"{operation['summary']} | {needs} |"
            )
            by_tag.setdefault(operation["tags"][0], []).append(row)
    tables = [
        f"### {tag.capitalize()}\n\n| operation | what it does | scope |\n|---|---|---|\n"
        + "\n".join(rows)
        + "\n"
        for tag, rows in by_tag.items()
    ]
    webhooks = _WEBHOOKS.format(events=", ".join(f"`{event}`" for event in Event))
    table = "\n".join([_PROBLEMS, *problems.rows(), ""])
    return "\n".join([_HEAD, "## Operations\n", *tables, table, webhooks])
