/**
 * REST of records: conclude, read, sign. docs/http-api.yaml, tag `records`.
 */
#pragma once

#include "../server.h"

void api_record_conclude(HttpRequest *request, gpointer server);
void api_record_list(HttpRequest *request, gpointer server);
void api_record_get(HttpRequest *request, gpointer server);
void api_record_pdf(HttpRequest *request, gpointer server);
void api_record_cms(HttpRequest *request, gpointer server);
void api_record_sign(HttpRequest *request, gpointer server);
void api_record_countersign(HttpRequest *request, gpointer server);
void api_record_refuse(HttpRequest *request, gpointer server);
void api_document_certificate(HttpRequest *request, gpointer server);
