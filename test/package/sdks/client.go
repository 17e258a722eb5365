// Sends and reads CloudEvents with the official SDK, as test/package/cloud-event-sdks.test.ts asks for it on standard input.
package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"

	cloudevents "github.com/cloudevents/sdk-go/v2"
)

type asked struct {
	Send *struct {
		URL        string         `json:"url"`
		Attributes map[string]any `json:"attributes"`
		Data       any            `json:"data"`
	} `json:"send"`
	Read *struct {
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	} `json:"read"`
}

type answer struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

func main() {
	var question asked
	check(json.NewDecoder(os.Stdin).Decode(&question))
	if question.Read != nil {
		check(json.NewEncoder(os.Stdout).Encode(read(question.Read.Headers, question.Read.Body)))
		return
	}
	sent := question.Send
	event := toEvent(sent.Attributes, sent.Data)
	ctx := context.Background()
	structured, err := cloudevents.NewHTTPRequestFromEvent(cloudevents.WithEncodingStructured(ctx), sent.URL, event)
	check(err)
	binary, err := cloudevents.NewHTTPRequestFromEvent(cloudevents.WithEncodingBinary(ctx), sent.URL, event)
	check(err)
	batched, err := cloudevents.NewHTTPRequestFromEvents(ctx, sent.URL, []cloudevents.Event{event})
	check(err)
	check(json.NewEncoder(os.Stdout).Encode(map[string]answer{"structured": post(structured), "binary": post(binary), "batched": post(batched)}))
}

func toEvent(attributes map[string]any, data any) cloudevents.Event {
	event := cloudevents.NewEvent()
	for name, value := range attributes {
		switch name {
		case "id":
			event.SetID(value.(string))
		case "source":
			event.SetSource(value.(string))
		case "type":
			event.SetType(value.(string))
		case "specversion", "datacontenttype":
		default:
			event.SetExtension(name, value)
		}
	}
	check(event.SetData(cloudevents.ApplicationJSON, data))
	return event
}

func post(request *http.Request) answer {
	response, err := http.DefaultClient.Do(request)
	check(err)
	defer response.Body.Close()
	result := answer{Status: response.StatusCode}
	check(json.NewDecoder(response.Body).Decode(&result.Body))
	return result
}

func read(headers map[string]string, body string) cloudevents.Event {
	request, err := http.NewRequest(http.MethodPost, "http://receiver.example/", strings.NewReader(body))
	check(err)
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	event, err := cloudevents.NewEventFromHTTPRequest(request)
	check(err)
	check(event.Validate())
	return *event
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
