#!/bin/sh
# A time-stamp authority of openssl's own for tests: `tsa.sh make DIR` (ca.pem, other.pem), `tsa.sh reply DIR QUERY RESPONSE`.
set -eu
dir=$2
case $1 in
make)
    mkdir -p "$dir" && cd "$dir"
    for name in ca other; do
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.pem -subj /CN=$name -days 30
    done
    openssl req -new -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa
    printf 'extendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:FALSE\n' > tsa.ext
    openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 20 -extfile tsa.ext
    echo 01 > serial
    cat > tsa.cnf <<EOF
[tsa]
default_tsa = own
[own]
serial = $PWD/serial
signer_cert = $PWD/tsa.pem
certs = $PWD/ca.pem
signer_key = $PWD/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sm3
EOF
    ;;
reply) openssl ts -reply -config "$dir/tsa.cnf" -queryfile "$3" -out "$4" ;;
esac
