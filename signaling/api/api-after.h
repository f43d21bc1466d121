/**
 * Evaluation, audits, attachments. HttpHandler with the Server as user. Loop thread.
 */
#pragma once

#include "../server.h"

void api_my_evaluate(HttpRequest *request, gpointer server);
void api_my_attachment_put(HttpRequest *request, gpointer server);
void api_case_after(HttpRequest *request, gpointer server);
void api_attachment_put(HttpRequest *request, gpointer server);
void api_attachment_get(HttpRequest *request, gpointer server);
void api_audit_list(HttpRequest *request, gpointer server);
void api_audit_done(HttpRequest *request, gpointer server);
