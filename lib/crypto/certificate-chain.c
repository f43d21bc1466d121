#include "certificate-chain.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "public-key.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_STORE, X509_STORE_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_STORE_CTX, X509_STORE_CTX_free)

static void
free_certificates(STACK_OF(X509) * certificates)
{
    sk_X509_pop_free(certificates, X509_free);
}

/* A certificate signed with SM2 is checked with the signer's identifier, which OpenSSL leaves empty unless told. */
static gboolean
name_sm2_signer(X509 *certificate)
{
    ASN1_OCTET_STRING *id = NULL;

    if (X509_get_signature_nid(certificate) != NID_SM2_with_SM3)
        return TRUE;
    id = ASN1_OCTET_STRING_new();
    if (!id || !ASN1_OCTET_STRING_set(id, (const unsigned char *) SM2_SIGNER_ID, (int) strlen(SM2_SIGNER_ID))) {
        ASN1_OCTET_STRING_free(id);
        return FALSE;
    }
    X509_set0_distinguishing_id(certificate, id);
    return TRUE;
}

/* NULL when there is none, or something between them is broken. */
static STACK_OF(X509) *
read_certificates(const char *pem, gsize length)
{
    g_autoptr(BIO) bio = length <= G_MAXINT ? BIO_new_mem_buf(pem, (int) length) : NULL;
    STACK_OF(X509) *certificates = sk_X509_new_null();
    X509 *certificate;

    while (bio && certificates && sk_X509_num(certificates) < CERTIFICATE_CHAIN_MAX &&
           (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)))
        if (!name_sm2_signer(certificate) || !sk_X509_push(certificates, certificate)) {
            X509_free(certificate);
            break;
        }
    ERR_clear_error();
    if (sk_X509_num(certificates) > 0)
        return certificates;
    free_certificates(certificates);
    return NULL;
}

static X509_STORE *
make_store(STACK_OF(X509) * authorities, gint64 at)
{
    g_autoptr(X509_STORE) store = X509_STORE_new();

    for (int i = 0; store && i < sk_X509_num(authorities); i++)
        if (X509_STORE_add_cert(store, sk_X509_value(authorities, i)) != 1)
            return NULL;
    if (!store)
        return NULL;
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t) at);
    /* An authority below a root may be trusted by itself. */
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    return g_steal_pointer(&store);
}

X509_STORE *
crypto_store(const char *authorities, gint64 at)
{
    STACK_OF(X509) *trusted = read_certificates(authorities, strlen(authorities));
    X509_STORE *store = trusted ? make_store(trusted, at) : NULL;

    free_certificates(trusted);
    return store;
}

gboolean
certificate_chain_verify(const char *pem, gsize length, const char *authorities, gint64 at)
{
    STACK_OF(X509) *chain = read_certificates(pem, length);
    g_autoptr(X509_STORE) store = chain ? crypto_store(authorities, at) : NULL;
    g_autoptr(X509_STORE_CTX) context = store ? X509_STORE_CTX_new() : NULL;
    gboolean good = context && X509_STORE_CTX_init(context, store, sk_X509_value(chain, 0), chain) == 1 && X509_verify_cert(context) == 1;

    if (context)
        X509_STORE_CTX_cleanup(context); /* it refers to what is freed next */
    free_certificates(chain);
    ERR_clear_error();
    return good;
}

guint
certificate_chain_count(const char *pem, gsize length)
{
    STACK_OF(X509) *certificates = read_certificates(pem, length);
    guint count = certificates ? (guint) sk_X509_num(certificates) : 0;

    free_certificates(certificates);
    return count;
}
