#!/usr/bin/env bash
# certificates.sh FOLDER: an authority and what it signs, for the tests of TLS. Made anew for each build: nothing here is secret.
set -euo pipefail
mkdir -p "$1"
cd "$1"
exec 2>/dev/null
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
signed() { # NAME SUBJECT_ALTERNATIVE_NAMES DAYS
  key "$1"
  openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA authority.pem -CAkey authority.key -CAcreateserial -days "$3" \
    -extfile <(echo "subjectAltName=$2") -out "$1.pem"
}
key authority
openssl req -x509 -new -key authority.key -subj "/CN=crm_client test authority" -days 3650 -out authority.pem
signed good "IP:127.0.0.1,DNS:localhost,DNS:crm.example.com" 3650
signed other "DNS:somebody-else.example.com" 3650
signed client "DNS:client" 3650
key self
openssl req -x509 -new -key self.key -subj "/CN=self" -addext "subjectAltName=IP:127.0.0.1" -days 3650 -out self.pem
key expired
openssl req -new -key expired.key -subj "/CN=expired" -out expired.csr
openssl x509 -req -in expired.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days -1 \
  -extfile <(echo "subjectAltName=IP:127.0.0.1") -out expired.pem
rm -f ./*.csr
touch made
