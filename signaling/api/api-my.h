/**
 * What the applicant does by the link of the case (`Authorization: Bearer`, purpose "case"), and the office's making of such links. HttpHandler with the Server as user. Loop thread.
 */
#pragma once

#include "../server.h"

/** {link, now} of the request's token; NULL and answered 401 when it is none of ours. */
json_t *my_input(Server *server, HttpRequest *request);

void api_my_get(HttpRequest *request, gpointer server);
void api_my_invitation(HttpRequest *request, gpointer server);
void api_my_picture_put(HttpRequest *request, gpointer server);
void api_my_picture_get(HttpRequest *request, gpointer server);
void api_my_still_get(HttpRequest *request, gpointer server);
void api_my_answer(HttpRequest *request, gpointer server);

void api_link_add(HttpRequest *request, gpointer server);
void api_link_list(HttpRequest *request, gpointer server);
void api_link_revoke(HttpRequest *request, gpointer server);
void api_case_contact(HttpRequest *request, gpointer server);
