/** What an endpoint needs of the identity: OpenSSL's context and the BIO method. For dtls-endpoint.c only. */
#pragma once

#include <openssl/ssl.h>

#include "dtls-identity.h"

SSL_CTX *dtls_identity_context(DtlsIdentity *identity);
BIO_METHOD *dtls_identity_bio_method(DtlsIdentity *identity);
