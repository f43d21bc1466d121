#include "cms.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/pem.h>

#include "public-key.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CMS_ContentInfo, CMS_ContentInfo_free)

static GBytes *
to_der(CMS_ContentInfo *cms, GError **error)
{
    unsigned char *der = NULL;
    int length = i2d_CMS_ContentInfo(cms, &der);

    if (length <= 0) {
        crypto_fail(error, SIGNER_ERROR_CRYPTO, "the signature was not encoded");
        return NULL;
    }

    GBytes *bytes = g_bytes_new(der, (gsize) length);

    OPENSSL_free(der);
    return bytes;
}

GBytes *
cms_sign_detached(const Signer *signer, GBytes *document, GError **error)
{
    gsize length;
    const void *data = g_bytes_get_data(document, &length);
    const char *pem = signer_certificate_pem(signer);
    const unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP;

    if (!g_str_equal(signer_algorithm(signer), "ecdsa-p256") || length > G_MAXINT) {
        g_set_error(error, SIGNER_ERROR, SIGNER_ERROR_ALGORITHM, "a document is signed with ecdsa-p256, not with %s", signer_algorithm(signer));
        return NULL;
    }

    g_autoptr(BIO) text = BIO_new_mem_buf(pem, -1);
    g_autoptr(BIO) content = BIO_new_mem_buf(data, (int) length);
    g_autoptr(X509) certificate = text ? PEM_read_bio_X509(text, NULL, NULL, NULL) : NULL;
    g_autoptr(CMS_ContentInfo) cms = certificate && content ? CMS_sign(certificate, signer_private_key(signer), NULL, content, flags) : NULL;

    if (!cms) {
        crypto_fail(error, SIGNER_ERROR_CRYPTO, "the document was not signed");
        return NULL;
    }
    return to_der(cms, error);
}
