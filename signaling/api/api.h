/**
 * The REST handlers, one function per route of docs/http-api.yaml; HttpHandler with the Server as user. Loop thread.
 */
#pragma once

#include "../server.h"

/* api-access.c */
void api_sign_in(HttpRequest *request, gpointer server);
void api_sign_out(HttpRequest *request, gpointer server);
void api_me(HttpRequest *request, gpointer server);
void api_user_list(HttpRequest *request, gpointer server);
void api_user_add(HttpRequest *request, gpointer server);

/* api-accesses.c */
void api_access_add(HttpRequest *request, gpointer server);
void api_access_list(HttpRequest *request, gpointer server);

/* api-cases.c */
void api_item_list(HttpRequest *request, gpointer server);
void api_item_get(HttpRequest *request, gpointer server);
void api_case_open(HttpRequest *request, gpointer server);
void api_case_search(HttpRequest *request, gpointer server);
void api_case_get(HttpRequest *request, gpointer server);

/* api-search.c */
void api_search(HttpRequest *request, gpointer server);

/* api-visits.c */
void api_visit_schedule(HttpRequest *request, gpointer server);
void api_visit_list(HttpRequest *request, gpointer server);
void api_visit_get(HttpRequest *request, gpointer server);
void api_visit_change(HttpRequest *request, gpointer server);
void api_stream_token_add(HttpRequest *request, gpointer server);

/* api-invitations.c */
void api_invitation_add(HttpRequest *request, gpointer server);
void api_invitation_list(HttpRequest *request, gpointer server);
void api_invitation_revoke(HttpRequest *request, gpointer server);

/* api-stills.c */
#define STILL_BYTES_MAX (16 * 1024 * 1024)
void api_still_put(HttpRequest *request, gpointer server);
/** Whose phone sends; NULL and answered otherwise. The caller frees it. */
char *api_still_uploader(Server *server, HttpRequest *request);
/** Stores a picture that is all there, and answers. */
void api_still_receive(Server *server, HttpRequest *request, const char *visit, const char *still, const char *participant, GBytes *image);
void api_still_get(HttpRequest *request, gpointer server);

/* api-still-uploads.c */
/* A piece takes about a second of a poor uplink (300 kbit/s) at most when a phone sends 32 KiB; on a good one it may send more at once. */
#define STILL_PIECE_MAX (512 * 1024)
void api_still_taken(HttpRequest *request, gpointer server);
void api_still_piece(HttpRequest *request, gpointer server);

/* api-cameras.c */
void api_camera_add(HttpRequest *request, gpointer server);
void api_camera_remove(HttpRequest *request, gpointer server);

/* api-forms.c */
void api_form_list(HttpRequest *request, gpointer server);
void api_form_get(HttpRequest *request, gpointer server);
void api_case_forms(HttpRequest *request, gpointer server);
void api_form_document(HttpRequest *request, gpointer server);
void api_form_paper(HttpRequest *request, gpointer server);

/* api-service.c */
void api_openapi(HttpRequest *request, gpointer server);
void api_health(HttpRequest *request, gpointer server);
void api_unknown(HttpRequest *request, gpointer server);
