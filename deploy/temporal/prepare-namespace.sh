#!/bin/sh
# Gives the namespace its retention and search attributes; safe to run again.
# Which and where: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, RETENTION.
set -eu
: "${TEMPORAL_ADDRESS:?}" "${TEMPORAL_NAMESPACE:?}" "${RETENTION:?}"

# Those of temporal/durable/names.ts; a test compares.
SEARCH_ATTRIBUTES='EventType Tier Tenant Subject BatchId Destination Cause Kind Outcome Replaces'

try() {
  seconds=$1
  shift
  until "$@" >/dev/null 2>&1; do
    seconds=$((seconds - 1))
    if [ "$seconds" -le 0 ]; then
      # Once more, so that its message is seen.
      "$@"
      return
    fi
    sleep 1
  done
}

# A port that answers is not yet a cluster that does.
try 60 temporal operator cluster health

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

query=''
for name in $SEARCH_ATTRIBUTES; do
  # The server's services learn of a new namespace after some seconds.
  try 30 temporal operator search-attribute create --name "$name" --type Keyword
  query="${query:+$query OR }$name = ''"
done

# Until this answers, events would be refused: the search attributes are read anew once a minute.
try 120 temporal workflow count --query "$query"
echo "namespace $TEMPORAL_NAMESPACE is ready"
