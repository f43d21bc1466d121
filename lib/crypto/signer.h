/**
 * Signer — the private key that seals recordings, and PublicKey — the other half, all that a verifier needs.
 *
 * Algorithms by name: "ed25519" (RFC 8032, signs the message itself), "ecdsa-p256" (FIPS 186-5 with SHA-256, signature in DER) and
 * "sm2" (GB/T 32918.2 with SM3, signature in DER, the signer's identifier that of GM/T 0009, section 10).
 * Keys are PKCS #8 PEM (RFC 7468), mode 0600; the certificate is X.509 PEM, self-signed unless an authority's was put in its place.
 * A key's digest is the lower-case hex SHA-256 of its DER SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).
 * Both are immutable after construction and may be shared by threads.
 */
#pragma once

#include <glib.h>

#define SIGNER_ERROR (signer_error_quark())
GQuark signer_error_quark(void);

typedef enum {
    SIGNER_ERROR_IO,        /* a file could not be read or written */
    SIGNER_ERROR_FORMAT,    /* not PEM, not a key, not a certificate */
    SIGNER_ERROR_ALGORITHM, /* an algorithm that is not named above */
    SIGNER_ERROR_MISMATCH,  /* the certificate is not of this key */
    SIGNER_ERROR_MODE,      /* the key file can be read by others */
    SIGNER_ERROR_CRYPTO,    /* the library refused */
} SignerError;

typedef struct Signer Signer;

/**
 * Loads the key and certificate; what is absent is made first (a key of `algorithm`, a certificate with `common_name`, valid 30 years)
 * and written atomically: temporary file, fsync, rename, fsync of the folder. The folder must exist.
 * An existing key keeps its own algorithm. Fails rather than replace anything that is there.
 */
Signer *signer_load_or_create(const char *key_path, const char *cert_path, const char *algorithm, const char *common_name,
                              GError **error);
/**
 * The key under an OpenSSL store URI: `file:/…`, or one of a provider that openssl.cnf configures; `pkcs11:…` (RFC 7512, with `pin-value` and `module-path`)
 * also by OpenSSL's engine pkcs11, which has RSA and EC keys: ECDSA P-256 of ours. It may stay in its device.
 * The certificate is read from, or made at, `cert_path` as above. Nobody is asked for a passphrase.
 */
Signer *signer_load_uri(const char *uri, const char *cert_path, const char *common_name, GError **error);
/** A key in memory alone. */
Signer *signer_generate(const char *algorithm, const char *common_name, GError **error);
void signer_free(Signer *signer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Signer, signer_free)

const char *signer_algorithm(const Signer *signer);
/** The digest (digest.h) that goes with the algorithm: "sm3" with "sm2", else "sha256". */
const char *signer_hash(const Signer *signer);
const char *signer_key_digest(const Signer *signer);
/** The certificate (with its chain, if the file has one) as PEM text; owned by the signer. */
const char *signer_certificate_pem(const Signer *signer);
/** The signature's bytes, at most SIGNATURE_LENGTH_MAX; NULL on error. */
GBytes *signer_sign(const Signer *signer, const void *data, gsize length, GError **error);

/* DER of two 256-bit integers: 72; room for RSA-4096 behind a later name. */
#define SIGNATURE_LENGTH_MAX 512

typedef struct PublicKey PublicKey;

/** From the first certificate, or a bare public key, in PEM text of at most PUBLIC_KEY_PEM_MAX bytes. */
PublicKey *public_key_from_pem(const char *pem, gsize length, GError **error);
void public_key_free(PublicKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PublicKey, public_key_free)

/* A certificate with a chain of four is about 8 KiB. */
#define PUBLIC_KEY_PEM_MAX (64 * 1024)

const char *public_key_algorithm(const PublicKey *key);
const char *public_key_digest(const PublicKey *key);
/** Subject of the certificate (RFC 2253 text), "" for a bare key. */
const char *public_key_subject(const PublicKey *key);
/** "sm3" with "sm2", else "sha256". */
const char *public_key_hash(const PublicKey *key);
gboolean public_key_verify(const PublicKey *key, const void *data, gsize length, const void *signature, gsize signature_length);
