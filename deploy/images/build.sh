#!/usr/bin/env bash
# Builds the image of both programs as an archive for test/cluster/load-image, without a container engine:
#   deploy/images/build.sh switchyard.tar && test/cluster/load-image switchyard.tar
# The same content as the Dockerfile beside it makes.
set -euo pipefail
[[ $# -ge 1 && $# -le 2 ]] || { echo "usage: build.sh ARCHIVE [IMAGE]" >&2; exit 2; }
archive=$(realpath -m "$1") image=${2:-localhost/switchyard:dev}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

node=node_modules/node/bin/node
"$node" tools/package/main.ts
test/cluster/make-image -o "$archive" "$image" "$node:/usr/local/bin/node" dist:/app -- node /app/switchyard-manager.js
