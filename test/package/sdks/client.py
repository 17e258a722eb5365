"""Sends and reads CloudEvents with the official SDK, as test/package/cloud-event-sdks.test.ts asks for it on standard input."""

import json
import sys
import urllib.error
import urllib.request

from cloudevents.core.bindings.http import HTTPMessage, from_http, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

FORMAT = JSONFormat()


def post(url, message):
    request = urllib.request.Request(url, data=message.body, headers=message.headers, method="POST")
    try:
        with urllib.request.urlopen(request) as response:
            return {"status": response.status, "body": json.load(response)}
    except urllib.error.HTTPError as error:
        return {"status": error.code, "body": json.load(error)}


def send(url, attributes, data):
    event = CloudEvent(attributes, data)
    structured = to_structured(event, FORMAT)
    # The SDK writes no batches: a batch is a list of structured events.
    batch = HTTPMessage({"content-type": "application/cloudevents-batch+json"}, b"[" + structured.body + b"]")
    messages = {"structured": structured, "binary": to_binary(event, FORMAT), "batched": batch}
    return {mode: post(url, message) for mode, message in messages.items()}


def read(headers, body):
    event = from_http(HTTPMessage(headers, body.encode()), FORMAT)
    attributes = {name: value if isinstance(value, (str, int, bool)) else value.isoformat() for name, value in event.get_attributes().items()}
    return {**attributes, "data": event.get_data()}


asked = json.load(sys.stdin)
print(json.dumps(send(**asked["send"]) if "send" in asked else read(**asked["read"])))
