#include "api-private.h"
#include "cms.h"
#include "log.h"

/* Signing is one digest and one signature: 32 MiB take 0.1 s, and an inspection signs one document. */
void
api_post_document_signature(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) signature = cms_sign_detached(api->documents, http_request_body(request), &error);

    if (signature) {
        http_request_reply(request, 200, "application/cms", signature);
        return;
    }
    log_error("recorder", "a document was not signed: %s", error->message);
    api_reply_problem(request, PROBLEM_INTERNAL);
}

void
api_get_document_certificate(HttpRequest *request, gpointer user)
{
    RecorderApi *api = user;

    http_request_reply_text(request, 200, "application/pem-certificate-chain", signer_certificate_pem(api->documents));
}
